"""One rule put to its own tests: the real engine, the rule alone, a clock that only the test moves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tocsin.alerting.memory import AlertMemory
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.core.step import Step
from tocsin.core.wakes import wakes
from tocsin.journal import Failed, Withheld
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import Alert, DestinationName
from tocsin.proving.clauses import Clauses, Observed
from tocsin.proving.tweets import Seen, timeline
from tocsin.rules.cases import MATCH, NO_MATCH, Case, Expectation
from tocsin.rules.ruleset import Rule, ruleset_of

_NOBODY: Final = DestinationName("nobody")
"""Hears of the alerts in a test, so that none is withheld for want of somebody to tell."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise than expected, both sides in words."""

    what: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Told:
    """A tweet of a failed test, and the clauses that decided what the rule made of it.

    `withheld` is why there is no alert although the rule is true: an exception, or `once_per`.
    """

    seen: Seen
    alerted: bool
    withheld: str
    deciding: tuple[Observed, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one test ended; `told` only where another number of alerts came than was expected."""

    rule: Rule
    case: Case
    differences: tuple[Difference, ...]
    told: tuple[Told, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Came:
    """What came of the tweets of one test; `withheld` has a reason by the place of a tweet among them."""

    alerts: tuple[Alert, ...]
    errors: tuple[str, ...]
    withheld: Mapping[int, str]


class Trial:
    """Runs tests of one rule, as if it were enabled and live: what it would say is what a test is about.

    Transforms of plugins are not run: a test sets the fields that they would add. Operators of plugins are.
    """

    def __init__(self, rule: Rule, vocabulary: Vocabulary) -> None:
        self._rule = rule
        tested = replace(rule, enabled=True, stage="live", notify=(_NOBODY,))
        self._plan = make_plan(ruleset_of([tested]), (), vocabulary)

    def came_of(self, tweets: Sequence[Seen]) -> Came:
        """Return the alerts on some tweets, of which the rule remembers none from before, and what failed."""
        engine = Engine(self._plan, AlertMemory())
        steps, woken = list[Step](), list[Step]()
        for seen in tweets:
            woken += wakes(engine, until=seen.at)
            steps.append(engine.observe(seen.tweet, seen.at))
            woken.append(steps[-1])
        woken += wakes(engine)
        return Came(
            alerts=tuple(alert for step in woken for alert in step.alerts),
            errors=tuple(_error(entry) for step in woken for entry in step.entries if isinstance(entry, Failed)),
            withheld={
                index: entry.reason
                for index, step in enumerate(steps)
                for entry in step.entries
                if isinstance(entry, Withheld)
            },
        )

    def passes(self, case: Case, tweets: Sequence[Seen]) -> bool:
        """Whether a test of which these are the tweets ends as expected."""
        return not any(differences(case.expect, self.came_of(tweets)))


def run_case(rule: Rule, case: Case, trial: Trial, clauses: Clauses) -> Outcome:
    """Return how one test of a rule ends."""
    tweets = timeline(case.given)
    came = trial.came_of(tweets)
    found = tuple(differences(case.expect, came))
    if not found:
        return Outcome(rule, case, ())
    if not any(difference.what in _DECIDED_BY_CLAUSES for difference in found):
        return Outcome(rule, case, found)
    alerted = {alert.tweet.id for alert in came.alerts}
    told = [
        Told(
            seen,
            seen.tweet.id in alerted and index not in came.withheld,
            came.withheld.get(index, ""),
            tuple(clauses.deciding(Facts(seen.tweet.data), seen.at)),
        )
        for index, seen in enumerate(tweets)
    ]
    return Outcome(rule, case, found, tuple(told))


_DECIDED_BY_CLAUSES: Final = frozenset({"alerts", "error"})
"""What else differs, a title say, is no matter of which clause was true."""


def differences(expect: Expectation, came: Came) -> Iterator[Difference]:
    """Yield what came otherwise than expected."""
    for error in came.errors:
        yield Difference("error", "none", error)
    count = len(came.alerts)
    if count < expect.least or (expect.most is not None and count > expect.most):
        yield Difference("alerts", _expected_count(expect), _count(count))
        return
    for number, alert in enumerate(came.alerts, start=1):
        which = f" of alert {number}" if count > 1 else ""
        for what, expected, got in _compared(expect, alert):
            yield Difference(f"{what}{which}", expected, got)


def _compared(expect: Expectation, alert: Alert) -> Iterator[tuple[str, str, str]]:
    title = alert.title.plain()
    if expect.severity is not None and alert.severity is not expect.severity:
        yield "severity", expect.severity.value, alert.severity.value
    if expect.title is not None and title != expect.title:
        yield "title", repr(expect.title), repr(title)
    if expect.key is not None and alert.key != expect.key:
        yield "key", repr(expect.key), repr(alert.key)
    for text in expect.because:
        if not any(text in reason for reason in alert.because):
            yield "because", f"… {text} …", "; ".join(alert.because) or "nothing"


def _error(entry: Failed) -> str:
    """Return what couldn't be evaluated; of the condition itself, the clauses that decided name the place better."""
    beside = entry.where == "once_per" or entry.where.startswith("except.")
    return f"{entry.where}: {entry.error}" if beside else entry.error


def _expected_count(expect: Expectation) -> str:
    if expect == MATCH:
        return "match: an alert"
    if expect == NO_MATCH:
        return "no_match: no alert"
    return "an alert" if expect.most is None else _count(expect.least)


def _count(number: int) -> str:
    return {0: "no alert", 1: "1 alert"}.get(number, f"{number} alerts")
