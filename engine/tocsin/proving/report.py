"""What `tocsin test` prints: failures with both sides and the clauses that decided, then a closing line."""

from collections.abc import Iterator, Sequence

from tocsin.proving.coverage import Unseen
from tocsin.proving.session import Proved
from tocsin.proving.trial import Outcome, Told
from tocsin.proving.wording import aligned, count, printable, shown, truth_word, values_seen
from tocsin.rules.diagnostics.diagnostic import Span

_TWEETS_MAX = 5
_UNSEEN_MAX = 10


def as_text(proved: Sequence[Proved], *, all_unseen: bool = False) -> str:
    """Return the whole report; with `all_unseen` every clause that wasn't seen both ways, else the first ten."""
    return printable("\n".join([*_failures(proved), *_unseen(proved, all_unseen), *_untested(proved), closing(proved)]))


def closing(proved: Sequence[Proved]) -> str:
    """Return the last line: `41 tests of 21 rules: all passed; 93 % of clauses seen both true and false`."""
    tests = sum(len(one.outcomes) for one in proved)
    failed = sum(not outcome.passed for one in proved for outcome in one.outcomes)
    tested = sum(bool(one.outcomes) for one in proved)
    if not tests:
        return f"no tests in {count(len(proved), 'rule')}"
    said = f"{count(tests, 'test')} of {count(tested, 'rule')}: {f'{failed} failed' if failed else 'all passed'}"
    return f"{said}; {percentage(proved)} % of clauses seen both true and false"


def percentage(proved: Sequence[Proved]) -> int:
    """Return how much of all clauses was seen both true and false, rounded down: only all of it is 100."""
    clauses = sum(one.coverage.clauses for one in proved)
    return 100 * sum(one.coverage.seen for one in proved) // clauses if clauses else 100


def difference_lines(outcome: Outcome) -> list[str]:
    """Return what a failed test expected and got, and why, without its heading."""
    rows: list[tuple[str, str, str]] = []
    for difference in outcome.differences:
        rows += [(difference.what, "expected", difference.expected), ("", "got", difference.got)]
    lines = aligned(rows, "    ")
    for number, told in enumerate(outcome.told[:_TWEETS_MAX], start=1):
        lines += _told(outcome, told, number)
    left = len(outcome.told) - _TWEETS_MAX
    return lines + ([f"    and {count(left, 'more tweet')}"] if left > 0 else [])


def place(span: Span) -> str:
    """Return a place as terminals and editors link it."""
    return f"{span.file}:{span.line}"


def _failures(proved: Sequence[Proved]) -> Iterator[str]:
    for one in proved:
        for outcome in one.outcomes:
            if not outcome.passed:
                yield f"{place(outcome.case.span)}: {one.rule.id}: {outcome.case.name}"
                yield from difference_lines(outcome)
                yield ""


def _told(outcome: Outcome, told: Told, number: int) -> Iterator[str]:
    which = f"tweet {number} of {len(outcome.told)}" if len(outcome.told) > 1 else "the tweet"
    came = "an alert" if told.alerted else "no alert"
    yield f"    {which}: {came}, {f'withheld: {told.withheld}' if told.withheld else 'decided by'}"
    rows = [
        (place(observed.clause.span), truth_word(observed), observed.clause.words, values_seen(observed))
        for observed in told.deciding
    ]
    yield from aligned(rows, "      ")
    if not rows:
        yield f"      nothing: {shown(outcome.rule.id)} is the same for every tweet"


def _unseen(proved: Sequence[Proved], everything: bool) -> Iterator[str]:
    missing = [(one, unseen) for one in proved if one.outcomes for unseen in one.coverage.unseen]
    if not missing:
        return
    listed = missing if everything else missing[:_UNSEEN_MAX]
    yield "Clauses that no test has seen both true and false:"
    yield from aligned([_unseen_row(one, unseen) for one, unseen in listed], "  ")
    if len(missing) > len(listed):
        yield f"  and {len(missing) - len(listed)} more; --coverage lists them all"
    yield ""


def _unseen_row(one: Proved, unseen: Unseen) -> tuple[str, str, str, str]:
    return (place(unseen.clause.span), str(one.rule.id), f"never {unseen.never}", unseen.clause.words)


def _untested(proved: Sequence[Proved]) -> Iterator[str]:
    rows = [(place(one.rule.span), str(one.rule.id)) for one in proved if not one.outcomes]
    if rows:
        yield "Rules without tests:"
        yield from aligned(rows, "  ")
        yield ""
