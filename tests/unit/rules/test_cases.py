"""The tests in rules, as they are read from a file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Severity
from tocsin.rules.cases import Case, Given
from tocsin.rules.reading.load import Loaded, load_rules

HEAD = """tocsin: 1
lists:
  coins: [btc, "bitcoin cash"]
fixtures:
  loud: {user.username: u1, metrics: {retweets: 5}}
rules:
  one:
    when: {and: [{word: x}, {eq: [{var: [user.score, 0]}, 1]}]}
    tests:
"""
DERIVED = "set the text, or what else it is worked out from"


def loaded(folder: Path, *tests: str) -> Loaded:
    """Return what a rule with these tests is read to."""
    file = folder / "rules.yaml"
    file.write_text(HEAD + "".join(f"      - {test}\n" for test in tests), encoding="utf-8")
    return load_rules([file], standard_vocabulary())


def cases(folder: Path, *tests: str) -> tuple[Case, ...]:
    """Return the cases of a rule with these tests, which must be right."""
    found = loaded(folder, *tests)
    assert found.diagnostics == ()
    assert found.ruleset is not None
    return next(iter(found.ruleset.rules.values())).cases


def complaint(folder: Path, test: str) -> tuple[str, str]:
    """Return code and hint of the one thing that is wrong with a test."""
    (found,) = loaded(folder, test).diagnostics
    assert found.span.line == HEAD.count("\n") + 1
    return found.code, found.hint


def test_nested_fields_are_set_as_dotted_ones(tmp_path: Path) -> None:
    (case,) = cases(tmp_path, "{tweet: {user: {name: A}, text: x}, expect: match}")
    assert case.given == (Given(fields={"user.name": "A", "text": "x"}),)


def test_a_fixture_is_what_a_test_sets_its_fields_over(tmp_path: Path) -> None:
    (case,) = cases(tmp_path, "{tweet: {fixture: loud, metrics.retweets: 6}, expect: match}")
    assert case.given[0].fields == {"user.username": "u1", "metrics.retweets": 6}


def test_a_test_with_each_is_a_case_for_each_word(tmp_path: Path) -> None:
    found = cases(tmp_path, '{each: [{list: coins}, eth], tweet: {text: "{word} up"}, expect: match}')
    assert [case.given[0].fields["text"] for case in found] == ["btc up", "bitcoin cash up", "eth up"]
    assert [case.name for case in found] == ["{word} up".replace("{word}", w) for w in ("btc", "bitcoin cash", "eth")]


def test_a_name_without_a_place_for_the_word_has_it_at_the_end(tmp_path: Path) -> None:
    found = cases(tmp_path, '{name: coins, each: [a, b], tweet: {text: "{word}"}, expect: match}')
    assert [case.name for case in found] == ["coins [a]", "coins [b]"]


def test_times_count_from_the_start_or_name_an_instant(tmp_path: Path) -> None:
    (case,) = cases(
        tmp_path,
        "{given: [{tweet: {}, at: 0s}, {tweet: {}, at: 10m, repeat: 3, every: 1h}, "
        "{tweet: {}, at: 2026-02-01T00:00:00Z}], expect: no_match}",
    )
    assert [given.at for given in case.given] == [timedelta(), timedelta(minutes=10), datetime(2026, 2, 1, tzinfo=UTC)]
    assert (case.given[1].repeat, case.given[1].every) == (3, timedelta(hours=1))


def test_what_is_expected_is_compared_only_where_it_is_named(tmp_path: Path) -> None:
    (case,) = cases(tmp_path, "{tweet: {}, expect: {severity: high, because: [a, b]}}")
    expect = case.expect
    assert (expect.least, expect.most, expect.severity, expect.title) == (1, None, Severity.HIGH, None)
    assert expect.because == ("a", "b")


def test_a_field_that_only_the_rule_itself_reads_may_be_set(tmp_path: Path) -> None:
    assert cases(tmp_path, "{tweet: {user.score: 1}, expect: no_match}")


@pytest.mark.parametrize(
    ("test", "code", "hint"),
    [
        ("{tweet: {fixture: load}, expect: match}", "unknown-fixture", "did you mean 'loud'?"),
        ("{tweet: {metrics.retweet: 1}, expect: match}", "unknown-field", "did you mean 'metrics.retweets'?"),
        ("{tweet: {weather: x}, expect: match}", "unknown-field", "nothing sets it, and the rule doesn't read it"),
        ("{tweet: {text: 3}, expect: match}", "wrong-type", "quote it"),
        ("{tweet: , expect: match}", "wrong-type", "write a mapping of fields"),
        ("{tweet: [a], expect: match}", "wrong-type", "write a mapping"),
        ("{given: , expect: match}", "wrong-type", "write a list"),
        ("{given: {tweet: {}}, expect: match}", "wrong-type", "write a list"),
        ("{given: [a], expect: match}", "wrong-type", "write a mapping"),
        ("{tweet: {}, expect: }", "wrong-type", "write match, no_match or a mapping"),
        ("{each: , tweet: {text: '{word}'}, expect: match}", "wrong-type", "write text"),
        ("{tweet: {fixture: [loud]}, expect: match}", "wrong-type", "write the name of a fixture"),
        ("{tweet: {user: {followers: many}}, expect: match}", "wrong-type", "write a number"),
        ("{tweet: {hashtags: [a]}, expect: match}", "derived-field", DERIVED),
        ("{tweets: {text: x}, expect: match}", "unknown-key", "did you mean 'tweet'?"),
        ("{tweet: {}, expct: match}", "unknown-key", "did you mean 'expect'?"),
        ("{tweet: {}}", "missing-key", "write `expect: match` or `expect: no_match`"),
        ("{tweet: {}, expect: matches}", "bad-expectation", "did you mean 'match'?"),
        ("{tweet: {}, expect: {}}", "bad-expectation", "write match, no_match, or {alerts: 1}"),
        ("{tweet: {}, expect: {alerts: 0, title: x}}", "bad-expectation", "leave it out, or expect an alert"),
        ("{tweet: {}, expect: {alerts: 2}}", "bad-expectation", "a tweet raises one alert of a rule at most"),
        ("{tweet: {}, expect: {severity: hihg}}", "bad-severity", "did you mean 'high'?"),
        ("{tweet: {}, expect: {alert: 1}}", "unknown-key", "did you mean 'alerts'?"),
        ("{given: [], expect: match}", "empty-list", "write `given: [{tweet: {text: …}}]`"),
        ("{given: [{tweet: {}, repeat: 0}], expect: match}", "bad-test", ""),
        ("{given: [{tweet: {}, evry: 1m}], expect: match}", "unknown-key", "did you mean 'every'?"),
        ('{tweet: {text: "{word}"}, expect: match}', "bad-test", "write `each: [one, two]` or `each: {list: name}`"),
        ("{each: [a], tweet: {text: a}, expect: match}", "bad-test", 'put it where the words go: `text: "… {word} …"`'),
        ('{each: {list: coin}, tweet: {text: "{word}"}, expect: match}', "unknown-list", "did you mean 'coins'?"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_test_is_told_once_with_a_remedy(test: str, code: str, hint: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, test) == (code, hint)


@pytest.mark.parametrize("given", ["at: soon", "at: 2026-02-01", "every: 0s", "every: soon"])
def test_what_is_no_time_is_told(given: str, tmp_path: Path) -> None:
    code, _ = complaint(tmp_path, f"{{given: [{{tweet: {{}}, {given}}}], expect: match}}")
    assert code == "bad-time"


def test_both_or_neither_of_tweet_and_given_is_told(tmp_path: Path) -> None:
    for test in ("{expect: match}", "{tweet: {}, given: [{tweet: {}}], expect: match}"):
        assert complaint(tmp_path, test)[0] == "bad-test"


def test_a_mark_of_a_mutant_needs_a_reason(tmp_path: Path) -> None:
    assert complaint(tmp_path, "{equivalent: when}")[0] == "missing-key"


def test_fixtures_are_checked_as_tweets_are(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("tocsin: 1\nfixtures: {a: {txt: x}, b: [1]}\nrules: {one: {when: {word: x}}}\n", encoding="utf-8")
    found = load_rules([file], standard_vocabulary()).diagnostics
    assert [(d.code, d.hint) for d in found] == [
        ("unknown-field", "did you mean 'text'?"),
        ("wrong-type", "write a mapping of fields"),
    ]
