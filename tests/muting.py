"""Silences, inhibitions and engines to test muting with."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tocsin import journal
from tocsin.alerting.escalation import Escalation
from tocsin.alerting.inhibition import Inhibition
from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.alerting.silences import Silence, SilenceId, Silences
from tocsin.config.conditions import read_condition
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.core.step import Step
from tocsin.logic.ast import Expr
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName, RuleId
from tocsin.rules.ruleset import Rule
from tocsin.testing import EPOCH, make_ruleset

CHAT, MAIL = DestinationName("chat"), DestinationName("mail")
MINUTE = timedelta(minutes=1)
VOCABULARY = standard_vocabulary()


def condition(text: str) -> Expr:
    """Return the condition about alerts that a text means."""
    expr = read_condition(text, "test", VOCABULARY).expr
    assert expr is not None, text
    return expr


def make_silence(text: str, *, number: int = 1, since: datetime = EPOCH, minutes: float = 60) -> tuple[Silence, Expr]:
    """Return a silence with its condition read."""
    silence = Silence(
        id=SilenceId(f"s{number}"),
        condition=text,
        why="drill",
        by="ada",
        since=since,
        until=since + minutes * MINUTE,
    )
    return silence, condition(text)


def silences(*pairs: tuple[Silence, Expr]) -> Silences:
    """Return silences ready to be asked."""
    return Silences(pairs, VOCABULARY)


def make_inhibition(source: str, mutes: str, *, minutes: float = 30) -> Inhibition:
    """Return an inhibition; `source` is a rule's id, or a condition if it has a colon."""
    of = condition(source) if ":" in source else RuleId(source)
    return Inhibition(source=of, mutes=condition(mutes), lasts=minutes * MINUTE)


def make_engine(*rules: Rule, inhibitions: Iterable[Inhibition] = (), escalate: Escalation | None = None) -> Engine:
    """Return an engine with one route, to chat."""
    route = Route(when=None, notify=(CHAT,), escalate=escalate)
    return Engine(make_plan(make_ruleset(*rules), [route], VOCABULARY, inhibitions), AlertMemory())


def reasons(step: Step) -> list[tuple[str, str]]:
    """Return (rule, reason) of what was withheld."""
    return [(entry.rule_id, entry.reason) for entry in step.entries if isinstance(entry, journal.Withheld)]


def raised(step: Step) -> list[str]:
    """Return the rules of which there are alerts."""
    return [alert.rule_id for alert in step.alerts]
