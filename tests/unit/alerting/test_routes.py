"""Which destinations hear of an alert."""

from tocsin.alerting.routes import Route, Router
from tocsin.logic.ast import Call, Expr, Literal, Var
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import DestinationName, Severity
from tocsin.testing import make_rule

CHAT, MAIL, PAGER = DestinationName("chat"), DestinationName("mail"), DestinationName("pager")


def equals(field: str, value: str) -> Expr:
    return Call("==", (Var(Literal(field)), Literal(value)))


def routed(*routes: Route, severity: Severity = Severity.MEDIUM, notify: tuple[DestinationName, ...] = ()) -> object:
    rule = make_rule("r", {"word": ["x"]}, severity=severity, notify=notify, labels={"team": "risk"})
    return Router(routes, standard_vocabulary()).destinations(rule, "").destinations


def test_a_rule_that_names_its_destinations_is_not_routed() -> None:
    assert routed(Route(when=None, notify=(MAIL,)), notify=(CHAT,)) == (CHAT,)


def test_the_first_route_that_is_true_decides() -> None:
    critical = Route(when=equals("severity", "critical"), notify=(PAGER,))
    rest = Route(when=None, notify=(MAIL,))
    assert routed(critical, rest, severity=Severity.CRITICAL) == (PAGER,)
    assert routed(critical, rest) == (MAIL,)


def test_a_route_that_continues_lets_the_next_ones_speak_and_names_nobody_twice() -> None:
    first = Route(when=equals("labels.team", "risk"), notify=(CHAT, MAIL), proceed=True)
    assert routed(first, Route(when=None, notify=(MAIL, PAGER))) == (CHAT, MAIL, PAGER)


def test_without_a_true_route_nobody_is_named() -> None:
    assert routed(Route(when=equals("rule", "another"), notify=(MAIL,))) == ()


def test_a_route_that_cannot_be_evaluated_counts_as_true_and_is_reported() -> None:
    broken = Route(when=Call(">", (Var(Literal("rule")), Literal(3))), notify=(MAIL,))
    result = Router([broken], standard_vocabulary()).destinations(make_rule("r", {"word": ["x"]}), "")
    assert result.destinations == (MAIL,)
    assert [where for where, _ in result.problems] == ["routes.1"]
