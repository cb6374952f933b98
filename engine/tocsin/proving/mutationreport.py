"""What `tocsin test --mutate` prints: the tests to add, then a closing line."""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from tocsin.proving.mutants import Mutant
from tocsin.proving.report import place
from tocsin.proving.session import Mutated
from tocsin.proving.suggestions import Suggestion
from tocsin.proving.wording import count, printable
from tocsin.rules.diagnostics.diagnostic import Diagnostic

WITHOUT_TESTS: Final = "begin with a test in which it matches and one in which it does not"
_NAMED_MAX: Final = 3


def as_text(mutated: Sequence[Mutated]) -> str:
    """Return every test to add, and the closing line."""
    return printable("\n".join([*(line for one in mutated for line in _of_rule(one)), closing(mutated)]))


def closing(mutated: Sequence[Mutated]) -> str:
    """Return the last line: `954 mutants: 940 killed, 12 equivalent by proof, 2 by mark; none survives`."""
    mutations = [one.mutation for one in mutated if one.mutation is not None]
    total = sum(mutation.count for mutation in mutations)
    killed = sum(mutation.killed for mutation in mutations)
    proved = sum(len(mutation.proved) for mutation in mutations)
    marked = sum(len(mutation.marked) for mutation in mutations)
    left = total - killed - proved - marked
    parts = [f"{killed} killed"]
    parts += [f"{proved} equivalent by proof"] if proved else []
    parts += [f"{marked} by mark"] if marked else []
    share = f"{100 * (total - left) // total if total else 100} %"
    end = f"{left} {'survives' if left == 1 else 'survive'}, {share} accounted for" if left else "none survives"
    return f"{count(total, 'mutant')}: {', '.join(parts)}; {end}"


def idle_marks(mutated: Sequence[Mutated]) -> list[Diagnostic]:
    """Return a warning for each mark of a mutant that has no effect."""
    return [
        Diagnostic(
            span=idle.mark.span,
            severity="warning",
            code="idle-mark",
            message=f"no mutant is kept by {idle.mark.mutant!r}",
            hint=idle.reason,
        )
        for one in mutated
        if one.mutation is not None
        for idle in one.mutation.idle
    ]


def in_words(suggestion: Suggestion) -> str:
    """Return which test to add, without an example: `add a test in which … , expected to match`."""
    outcome = {True: ", expected to match", False: ", expected not to match", None: ""}[suggestion.matches]
    return f"add a test in which {suggestion.situation}{outcome}"


def _of_rule(one: Mutated) -> Iterator[str]:
    if one.mutation is None:
        yield f"{place(one.rule.span)}: {one.rule.id}: not mutated: its tests fail"
        yield ""
    elif not one.rule.cases:
        said = f"no tests, so nothing notices any of its {count(one.mutation.count, 'mutant')}"
        yield f"{place(one.rule.span)}: {one.rule.id}: {said}"
        yield f"    {WITHOUT_TESTS}"
        yield ""
    for suggestion in one.suggestions:
        first = suggestion.mutants[0]
        yield f"{place(first.span)}: {one.rule.id}: no test notices {_named(suggestion.mutants)}"
        yield f"    {in_words(suggestion)}:" if suggestion.line else f"    {in_words(suggestion)}"
        yield f"      {suggestion.line}" if suggestion.line else f"    or, if there can be none: {_mark(first)}"
        yield ""


def _named(mutants: Sequence[Mutant]) -> str:
    named = ", ".join(f"`{mutant.id}`" for mutant in mutants[:_NAMED_MAX])
    return named if len(mutants) <= _NAMED_MAX else f"{named} and {len(mutants) - _NAMED_MAX} more like these"


def _mark(mutant: Mutant) -> str:
    return f"- {{equivalent: {json.dumps(mutant.id, ensure_ascii=False)}, why: …}}"
