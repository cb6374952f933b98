"""`throttle`, `budget` and `valve`: what is read from files, and who is heard."""

from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.config.load import load_settings
from tocsin.logic.ast import Literal, Var
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import RuleId
from tocsin.rules.diff import changes_between, snapshot_of
from tocsin.rules.duration import duration_text, parse_duration
from tocsin.rules.expansion import expansion
from tocsin.rules.flood import Rate, Throttle, parse_rate
from tocsin.rules.reading.layers import Layer
from tocsin.rules.reading.load import Loaded, load_rules
from tocsin.rules.ruleset import Rule, RuleSet
from tocsin.rules.writing import as_yaml

WORDS = standard_vocabulary()
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(*texts: str, defaults: Layer | None = None) -> Loaded:
    for number, text in enumerate(texts):
        Path(f"{number}.yaml").write_text(text, encoding="utf-8")
    return load_rules([Path(f"{number}.yaml") for number in range(len(texts))], WORDS, defaults=defaults)


def ruleset(*texts: str, defaults: Layer | None = None) -> RuleSet:
    loaded = load(*texts, defaults=defaults)
    assert loaded.ruleset is not None, loaded.diagnostics
    return loaded.ruleset


def rule(keys: str, *more: str, defaults: Layer | None = None) -> Rule:
    return ruleset(f"rules: {{r: {{when: {{word: a}}{keys}}}}}", *more, defaults=defaults).rules[RuleId("r")]


def settings_of(text: str) -> Layer | None:
    Path("tocsin.yaml").write_text(f"source: {{type: replay, path: x}}\n{text}", encoding="utf-8")
    loaded = load_settings(Path("tocsin.yaml"), {})
    assert loaded.diagnostics == ()
    return loaded.defaults


def codes(loaded: Loaded) -> list[str]:
    return [diagnostic.code for diagnostic in loaded.diagnostics]


def test_a_throttle_is_read_with_what_it_leaves_out() -> None:
    assert rule(", throttle: {every: 30m}").throttle == Throttle(every=HALF_AN_HOUR, per=None, then="count")
    throttle = rule(", throttle: {every: 1h30m, per: .user.id, then: digest}").throttle
    assert throttle is not None
    assert (throttle.every, throttle.then) == (timedelta(minutes=90), "digest")
    assert isinstance(throttle.per, Var)
    assert isinstance(throttle.per.path, Literal)
    assert throttle.per.path.value == "user.id"


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("5/day", Rate(5, "day")),
        ("5/d", Rate(5, "day")),
        ("30/h", Rate(30, "hour")),
        ("1 / hour", Rate(1, "hour")),
        ("100/min", Rate(100, "minute")),
        ("7/m", Rate(7, "minute")),
        ("8/minute", Rate(8, "minute")),
        ("9/s", Rate(9, "second")),
    ],
)
def test_a_rate_is_read_in_each_spelling_and_written_in_one(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate
    assert parse_rate(str(rate)) == rate
    assert rule(f", budget: {text}").budget == rate


@pytest.mark.parametrize("text", ["0/day", "day", "5", "5/week", "-1/h", "1.5/h", "/h", "", "5/day/h", "\u0665/h"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_rate(text)


@pytest.mark.parametrize("text", ["30m", "1h30m", "90s", "1d", "1d2h3m4s5ms", "36h", "1.5h"])
def test_a_duration_is_written_as_it_is_read(text: str) -> None:
    assert parse_duration(duration_text(parse_duration(text))) == parse_duration(text)


def test_of_a_duration_the_largest_units_may_be_told_alone() -> None:
    said = [duration_text(parse_duration("3d2h5m"), units=units) for units in (1, 2, None)]
    assert said == ["3d", "3d2h", "3d2h5m"]
    assert duration_text(parse_duration("2h6s"), units=2) == "2h"


def test_the_rule_is_heard_before_the_file_and_that_before_the_configuration() -> None:
    defaults = settings_of("defaults: {throttle: {every: 15m}, budget: 5/day}")
    file = "defaults: {throttle: {every: 20m}}\nrules: {r: {when: {word: a}}, s: {when: {word: a}, budget: 1/h}}"
    rules = ruleset(file, defaults=defaults).rules
    assert [found.throttle for found in rules.values()] == [Throttle(every=timedelta(minutes=20))] * 2
    assert [found.budget for found in rules.values()] == [Rate(5, "day"), Rate(1, "hour")]
    assert rules[RuleId("r")].origins["throttle"].teller == "file"
    assert rules[RuleId("s")].origins["budget"].teller == "rule"


def test_a_throttle_is_heard_whole_from_one_place() -> None:
    defaults = settings_of("defaults: {throttle: {every: 15m, then: digest}}")
    assert rule(", throttle: {every: 30m}", defaults=defaults).throttle == Throttle(every=HALF_AN_HOUR)


def test_false_takes_away_what_defaults_give() -> None:
    defaults = settings_of("defaults: {throttle: {every: 15m}, budget: 5/day}")
    found = rule(", throttle: false, budget: false", defaults=defaults)
    assert (found.throttle, found.budget) == (None, None)
    assert found.origins["throttle"].teller == "rule"


def test_an_overlay_is_heard_before_the_rule() -> None:
    found = rule(", throttle: {every: 1h}", "overlay: true\nrules: {r: {throttle: {every: 30m}, budget: 9/h}}")
    assert (found.throttle, found.budget) == (Throttle(every=HALF_AN_HOUR), Rate(9, "hour"))
    assert found.origins["throttle"].teller == "overlay"


def test_two_overlays_may_not_give_one_rule_a_throttle() -> None:
    overlay = "overlay: true\nrules: {r: {throttle: {every: 30m}}}"
    assert codes(load("rules: {r: {when: {word: a}}}", overlay, overlay)) == ["overlay-conflict"]


def test_what_is_not_said_has_no_origin() -> None:
    assert not rule("").origins.keys() & {"throttle", "budget"}


def test_the_key_may_be_computed_and_use_a_list() -> None:
    found = ruleset(
        "lists: {l: [a]}\nrules: {r: {when: {word: a}, throttle: {every: 1h, per: {word: {list: l}}}}}"
    ).rules[RuleId("r")]
    assert found.throttle is not None
    assert [reference.name for reference in found.references] == ["l"]


def test_rules_that_differ_in_what_holds_them_back_have_different_revisions() -> None:
    texts = ["", ", budget: 5/day", ", throttle: {every: 30m}", ", throttle: {every: 30m, then: update}"]
    revisions = {ruleset(f"rules: {{r: {{when: {{word: a}}{keys}}}}}").revision for keys in texts}
    assert len(revisions) == len(texts)


def test_an_expanded_rule_holds_back_the_same() -> None:
    found = rule(", throttle: {every: 90m, per: .user.id, then: update}, budget: 5/d")
    again = ruleset(as_yaml(expansion(found))).rules[RuleId("r")]
    [was], [now] = (snapshot_of(RuleSet({one.id: one})).values() for one in (found, again))
    assert (now["throttle"], now["budget"]) == (was["throttle"], was["budget"])
    assert now["throttle"] == {"per": {"var": "user.id"}, "every": "1h30m", "then": "update"}


def test_a_diff_names_what_holds_back() -> None:
    keys = ", throttle: {every: 30m}, budget: 5/d"
    before, after = "rules: {r: {when: {word: a}}}", f"rules: {{r: {{when: {{word: a}}{keys}}}}}"
    changes = changes_between(snapshot_of(ruleset(before)), snapshot_of(ruleset(after)))
    assert [(change.key, change.after) for change in changes.changed["r"]] == [
        ("throttle", {"every": "30m"}),
        ("budget", "5/day"),
    ]


def test_the_valve_is_read_and_off_without_it() -> None:
    for text, valve in (("valve: 100/min", Rate(100, "minute")), ("valve: false", None), ("state: t.db", None)):
        Path("tocsin.yaml").write_text(f"source: {{type: replay, path: x}}\n{text}", encoding="utf-8")
        loaded = load_settings(Path("tocsin.yaml"), {})
        assert loaded.settings is not None
        assert loaded.settings.valve == valve


def test_what_is_filled_in_shows_in_no_message() -> None:
    Path("tocsin.yaml").write_text(
        "source: {type: replay, path: x}\nvalve: ${SECRET}\n"
        "defaults: {budget: '${SECRET}', throttle: {every: '${SECRET}', then: '${SECRET}'}}",
        encoding="utf-8",
    )
    loaded = load_settings(Path("tocsin.yaml"), {"SECRET": "canary"})
    assert sorted(diagnostic.code for diagnostic in loaded.diagnostics) == [
        "bad-duration", "bad-rate", "bad-rate", "bad-then",
    ]  # fmt: skip
    assert "canary" not in str(loaded.diagnostics)
