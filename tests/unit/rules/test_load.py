"""Rule files become one rule set, or a complete list of what is wrong."""

from datetime import date
from pathlib import Path

import pytest

from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Matched
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import RuleId, Severity
from tocsin.rules.reading.load import Loaded, load_rules
from tocsin.rules.ruleset import MatchBlock, Rule
from tocsin.testing import make_tweet


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(**files: str) -> Loaded:
    """Load files given by name, `__` for a folder and `_` for the dot."""
    for name, text in files.items():
        path = Path("rules") / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_rules([Path("rules")], standard_vocabulary())


def only_rule(loaded: Loaded) -> Rule:
    assert loaded.ruleset is not None, loaded.diagnostics
    (rule,) = loaded.ruleset.rules.values()
    return rule


def codes(loaded: Loaded) -> list[str]:
    return [diagnostic.code for diagnostic in loaded.diagnostics]


def matches(rule: Rule, text: str, **fields: object) -> bool:
    verdict = compile_condition(rule.condition, standard_vocabulary()).evaluate(Facts(make_tweet(text, **fields).data))
    return isinstance(verdict, Matched)


def test_a_rule_needs_no_more_than_a_condition() -> None:
    rule = only_rule(load(a_yaml="rules: {outage: {when: {word: outage}}}"))
    assert (rule.id, rule.severity, rule.enabled, rule.notify) == ("outage", Severity.MEDIUM, True, ())
    assert rule.title.render({"rule": "outage", "text": "it is down"}).plain() == "outage: it is down"


def test_match_and_when_must_both_be_true() -> None:
    rule = only_rule(load(a_yaml="rules: {r: {match: {keywords: [btc], min_retweets: 5}, when: {word: hack}}}"))
    assert rule.match == MatchBlock(keywords=("btc",), min_retweets=5)
    assert not rule.only_match
    assert matches(rule, "btc hack", metrics={"retweets": 5})
    assert not matches(rule, "btc hack", metrics={"retweets": 4})
    assert not matches(rule, "btc up", metrics={"retweets": 5})


def test_lists_come_from_the_file_or_from_a_file_beside_it() -> None:
    Path("rules").mkdir()
    Path("rules/names.txt").write_text("# people\nann\n\n#btc\nann\n", encoding="utf-8")
    rule = only_rule(load(a_yaml="lists: {names: {file: names.txt}}\nrules: {r: {match: {users: {list: names}}}}"))
    assert rule.match == MatchBlock(users=("ann", "#btc"))


def test_a_files_own_macro_wins_and_each_macro_keeps_its_own_lists() -> None:
    loaded = load(
        a_yaml="lists: {words: [alpha]}\nmacros: {hit: {word: {list: words}}}\nrules: {one: {when: {macro: hit}}}",
        b_yaml="lists: {words: [beta]}\nrules: {two: {when: {and: [{macro: hit}, {word: {list: words}}]}}}",
    )
    assert loaded.ruleset is not None, loaded.diagnostics
    two = loaded.ruleset.rules[RuleId("two")]
    assert matches(two, "alpha beta")
    assert not matches(two, "beta")


def test_a_name_that_two_other_files_define_is_an_error_where_it_is_used() -> None:
    loaded = load(
        a_yaml="macros: {hit: {word: a}}",
        b_yaml="macros: {hit: {word: b}}",
        c_yaml="rules: {r: {when: {macro: hit}}}",
    )
    assert codes(loaded) == ["ambiguous-macro"]
    assert loaded.diagnostics[0].span.file == "rules/c.yaml"


def test_an_id_is_unique_over_all_files_and_both_places_are_named() -> None:
    loaded = load(a_yaml="rules: {r: {when: {word: a}}}", b_yaml="rules: {r: {when: {word: b}}}")
    assert codes(loaded) == ["duplicate-rule"]
    assert loaded.diagnostics[0].span.file == "rules/b.yaml"
    assert "rules/a.yaml:1" in loaded.diagnostics[0].message


def test_a_file_that_cannot_be_parsed_does_not_hide_mistakes_in_others() -> None:
    loaded = load(
        a_yaml="macros: {m: [",
        b_yaml="rules: {r: {when: {macro: m}, severity: loud}}",
    )
    assert codes(loaded) == ["syntax", "bad-severity"]


def test_folders_are_searched_in_order_without_hidden_files_and_the_configuration() -> None:
    loaded = load(
        b__two_yml="rules: {two: {when: {word: b}}}",
        a_json='{"rules": {"one": {"when": {"word": "a"}}}}',
        tocsin_yaml="source: {}",
        notes_txt="nothing",
    )
    Path("rules/.hidden.yaml").write_text("rules: 3", encoding="utf-8")
    assert loaded.ruleset is not None, loaded.diagnostics
    assert list(loaded.ruleset.rules) == ["one", "two"]


def test_missing_paths_and_empty_folders_are_told() -> None:
    Path("empty").mkdir()
    loaded = load_rules([Path("nowhere.yaml"), Path("empty")], standard_vocabulary())
    assert sorted(codes(loaded)) == ["no-rules", "no-such-file"]


def test_the_revision_follows_the_content_and_not_the_place() -> None:
    first = load(a_yaml="rules: {r: {when: {eq: [.text, .id]}}}").ruleset
    same = load(a_yaml="# moved\nrules:\n  r:\n    when: {eq: [.text, .id]}\n").ruleset
    other = load(a_yaml="rules: {r: {when: {eq: [.text, '.id']}}}").ruleset
    assert first is not None
    assert same is not None
    assert other is not None
    assert first.revision == same.revision
    assert first.revision != other.revision


def test_tests_and_own_keys_are_kept_out_of_the_way() -> None:
    tests = "[{tweet: {text: a}, expect: match}]"
    rule = only_rule(load(a_yaml=f"x-owner: me\nrules: {{r: {{x-why: y, when: {{word: a}}, tests: {tests}}}}}"))
    assert rule.tests == ({"tweet": {"text": "a"}, "expect": "match"},)


@pytest.mark.parametrize("notify", ["oncall", "[oncall]", "[oncall, oncall]"])
def test_notify_is_a_name_or_several(notify: str) -> None:
    assert only_rule(load(a_yaml=f"rules: {{r: {{when: {{word: a}}, notify: {notify}}}}}")).notify == ("oncall",)


def test_the_files_that_rules_depend_on_are_named_list_files_and_missing_ones_included() -> None:
    loaded = load(
        a_yaml="lists: {names: {file: names.txt}, coins: [btc]}\nrules: {r: {when: {word: {list: coins}}}}",
        sub__b_yaml="lists: {other: {file: ../names.txt}, gone: {file: gone.txt}}",
    )
    here = Path.cwd() / "rules"
    assert loaded.files[:2] == (here / "a.yaml", here / "sub/b.yaml")
    assert {file.resolve() for file in loaded.files[2:]} == {here / "names.txt", here / "sub/gone.txt"}


EXCEPTION = """
macros: {fake: {contains: giveaway}}
rules:
  r:
    when: {word: a}
    except:
      - {id: wave, why: "fakes, says Ann", until: 2026-12-31, when: {macro: fake}}
      - {id: bots, why: known bots, when: {from: [bot]}}
"""


def test_exceptions_have_an_id_a_reason_a_condition_and_may_have_an_end() -> None:
    rule = only_rule(load(a_yaml=EXCEPTION))
    assert [(entry.id, entry.why, entry.until, entry.span.line) for entry in rule.exceptions] == [
        ("wave", "fakes, says Ann", date(2026, 12, 31), 7),
        ("bots", "known bots", None, 8),
    ]


def test_exceptions_may_be_shared_by_rules_and_not_be_given_twice_to_one() -> None:
    """An alias stands for one place in the file, which must not pass for one exception."""
    shared = (
        "{one: {when: {word: a}, except: [&e {id: e, why: w, when: {word: x}}]}, two: {when: {word: b}, except: [*e]}}"
    )
    assert load(a_yaml=f"rules: {shared}").diagnostics == ()
    assert codes(load(a_yaml=f"rules: {shared.replace('[*e]', '[*e, *e]')}")) == ["duplicate-exception"]


def test_a_rule_is_live_unless_it_says_shadow() -> None:
    assert only_rule(load(a_yaml="rules: {r: {when: {word: a}}}")).stage == "live"
    assert only_rule(load(a_yaml="rules: {r: {when: {word: a}, stage: shadow}}")).stage == "shadow"


def test_once_per_is_a_field_or_computed() -> None:
    assert only_rule(load(a_yaml="rules: {r: {when: {word: a}, once_per: .user.id}}")).once_per is not None
    assert only_rule(load(a_yaml="rules: {r: {when: {word: a}, once_per: {cat: [.lang, .id]}}}")).once_per is not None


@pytest.mark.parametrize(
    "change",
    [
        "stage: shadow",
        "once_per: .user.id",
        "except: [{id: e, why: w, when: {word: b}}]",
        "except: [{id: e, why: v, when: {word: b}}]",
        "except: [{id: e, why: w, until: 2027-01-01, when: {word: b}}]",
        "except: [{id: e, why: w, when: {word: c}}]",
    ],
)
def test_the_revision_follows_every_key(change: str) -> None:
    without = load(a_yaml="rules: {r: {when: {word: a}}}").ruleset
    plain = load(a_yaml="rules: {r: {when: {word: a}, except: [{id: f, why: w, when: {word: b}}]}}").ruleset
    changed = load(a_yaml=f"rules: {{r: {{when: {{word: a}}, {change}}}}}").ruleset
    assert None not in (without, plain, changed)
    assert len({loaded.revision for loaded in (without, plain, changed) if loaded is not None}) == 3
