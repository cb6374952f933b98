"""The results of tests as JSON, for programs."""

import json
from collections.abc import Sequence
from typing import Any

from tocsin.proving.clauses import Observed
from tocsin.proving.mutationreport import in_words
from tocsin.proving.report import percentage
from tocsin.proving.session import Mutated, Proved
from tocsin.proving.trial import Outcome
from tocsin.proving.wording import truth_word
from tocsin.rules.diagnostics.diagnostic import Span


def as_json(proved: Sequence[Proved], mutated: Sequence[Mutated] | None = None) -> str:
    """Return one JSON object: the tests, the rules without any, the coverage and, if there are any, the mutants."""
    record: dict[str, Any] = {
        "passed": all(one.passed for one in proved),
        "tests": [_test(outcome) for one in proved for outcome in one.outcomes],
        "untested": [{"rule": one.rule.id, **_place(one.rule.span)} for one in proved if not one.outcomes],
        "coverage": _coverage(proved),
    }
    if mutated is not None:
        record["passed"] = record["passed"] and all(one.passed for one in mutated)
        record["mutants"] = _mutants(mutated)
    return json.dumps(record, ensure_ascii=False, indent=2).encode("utf-8", "replace").decode() + "\n"


def _test(outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule.id,
        "name": outcome.case.name,
        **_place(outcome.case.span),
        "passed": outcome.passed,
        "differences": [
            {"what": difference.what, "expected": difference.expected, "got": difference.got}
            for difference in outcome.differences
        ],
        "tweets": [
            {
                "tweet": told.seen.tweet.data,
                "alert": told.alerted,
                "withheld": told.withheld or None,
                "decided_by": [_observed(observed) for observed in told.deciding],
            }
            for told in outcome.told
        ],
    }


def _observed(observed: Observed) -> dict[str, Any]:
    return {
        "clause": observed.clause.words,
        **_place(observed.clause.span),
        "truth": truth_word(observed),
        "values": dict(observed.values),
    }


def _coverage(proved: Sequence[Proved]) -> dict[str, Any]:
    return {
        "clauses": sum(one.coverage.clauses for one in proved),
        "seen_both_ways": sum(one.coverage.seen for one in proved),
        "percent": percentage(proved),
        "unseen": [
            {
                "rule": one.rule.id,
                "clause": unseen.clause.words,
                **_place(unseen.clause.span),
                "never": unseen.never,
            }
            for one in proved
            for unseen in one.coverage.unseen
        ],
    }


def _mutants(mutated: Sequence[Mutated]) -> dict[str, Any]:
    mutations = [one.mutation for one in mutated if one.mutation is not None]
    return {
        "all": sum(mutation.count for mutation in mutations),
        "killed": sum(mutation.killed for mutation in mutations),
        "equivalent": [
            {"rule": mutation.rule.id, "id": mutant.id, **_place(mutant.span), "proof": proof}
            for mutation in mutations
            for mutant, proof in (*mutation.proved, *((mutant, "") for mutant in mutation.marked))
        ],
        "survivors": [
            {"rule": mutation.rule.id, "id": mutant.id, **_place(mutant.span)}
            for mutation in mutations
            for mutant in mutation.survivors
        ],
        "suggestions": [
            {
                "rule": one.rule.id,
                "kills": [mutant.id for mutant in suggestion.mutants],
                "add": in_words(suggestion),
                "test": suggestion.line.removeprefix("- ") or None,
            }
            for one in mutated
            for suggestion in one.suggestions
        ],
    }


def _place(span: Span) -> dict[str, Any]:
    return {"file": span.file, "line": span.line}
