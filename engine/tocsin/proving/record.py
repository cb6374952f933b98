"""The results of tests as JSON, for programs."""

import json
from collections.abc import Sequence
from typing import Any

from tocsin.proving.clauses import Observed
from tocsin.proving.report import percentage
from tocsin.proving.session import Proved
from tocsin.proving.trial import Outcome
from tocsin.proving.wording import truth_word
from tocsin.rules.diagnostics import Span


def as_json(proved: Sequence[Proved]) -> str:
    """Return one JSON object: the tests, the rules without any, and the coverage."""
    record = {
        "passed": all(one.passed for one in proved),
        "tests": [_test(outcome) for one in proved for outcome in one.outcomes],
        "untested": [{"rule": one.rule.id, **_place(one.rule.span)} for one in proved if not one.outcomes],
        "coverage": _coverage(proved),
    }
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


def _place(span: Span) -> dict[str, Any]:
    return {"file": span.file, "line": span.line}
