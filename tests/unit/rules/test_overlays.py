"""Defaults and overlays: who is heard, and that every value can be traced to its place."""

import re
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

import tocsin
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.facts import Facts
from tocsin.logic.verdict import Matched
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import RuleId, Severity
from tocsin.rules.reading.conditions import ConditionReader
from tocsin.rules.reading.defaults import read_defaults
from tocsin.rules.reading.layers import Layer
from tocsin.rules.reading.load import Loaded, load_rules
from tocsin.rules.ruleset import Rule
from tocsin.rules.syntax.yaml import read_document
from tocsin.testing import make_tweet

WORDS = standard_vocabulary()


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(*texts: str, defaults: Layer | None = None) -> Loaded:
    """Load texts as the files 0.yaml, 1.yaml and so on."""
    files = [Path(f"{number}.yaml") for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    return load_rules(files, WORDS, defaults=defaults)


def rule_of(loaded: Loaded, rule_id: str = "r") -> Rule:
    assert loaded.ruleset is not None, loaded.diagnostics
    return loaded.ruleset.rules[RuleId(rule_id)]


def configured(text: str) -> Layer:
    """Return the defaults that a configuration file would give."""
    Path("tocsin.yaml").write_text(text, encoding="utf-8")
    document = read_document(Path("tocsin.yaml"), "tocsin.yaml")
    assert isinstance(document.value, dict)
    value, at = document.value["defaults"], ("tocsin.yaml", "defaults")
    conditions = ConditionReader.without_definitions(WORDS)
    layer, wrong = read_defaults("configuration", document, value, at, destinations=None, conditions=conditions)
    assert wrong == []
    return layer


def origins(rule: Rule) -> dict[str, str]:
    return {
        key: f"{origin.teller} {origin.span.file}:{origin.span.line}" if origin.span else origin.teller
        for key, origin in rule.origins.items()
    }


def matches(rule: Rule, text: str) -> bool:
    return isinstance(compile_condition(rule.condition, WORDS).evaluate(Facts(make_tweet(text).data)), Matched)


RULE = "rules:\n  r:\n    when: {word: a}\n"


def test_a_rule_is_heard_before_its_files_defaults_and_those_before_the_configurations() -> None:
    config = configured("defaults: {severity: info, stage: shadow, notify: chat, enabled: false}")
    loaded = load(f"defaults: {{severity: low, stage: live}}\n{RULE}    severity: high", defaults=config)
    rule = rule_of(loaded)
    assert (rule.severity, rule.stage, rule.notify, rule.enabled) == (Severity.HIGH, "live", ("chat",), False)


def test_labels_merge_by_key() -> None:
    config = configured("defaults: {labels: {a: config, b: config, c: config}}")
    loaded = load(f"defaults: {{labels: {{b: file, c: file}}}}\n{RULE}    labels: {{c: rule}}", defaults=config)
    assert rule_of(loaded).labels == {"a": "config", "b": "file", "c": "rule"}


def test_defaults_of_a_file_are_for_its_own_rules() -> None:
    loaded = load(f"defaults: {{severity: high}}\n{RULE}", "rules: {other: {when: {word: b}}}")
    assert [rule_of(loaded, name).severity for name in ("r", "other")] == [Severity.HIGH, Severity.MEDIUM]


def test_a_default_title_is_a_template_like_any_other() -> None:
    loaded = load(f'defaults: {{title: "{{{{ labels.team }}}}!", labels: {{team: web}}}}\n{RULE}')
    assert rule_of(loaded).title.render({"labels": {"team": "web"}}).plain() == "web!"


OVERLAY = """overlay: true
lists: {words: [b]}
rules:
  r:
    severity: critical
    labels: {team: risk}
    except:
      - {id: fakes, why: known, until: 2026-12-31, when: {macro: fake}}
"""
OTHER_OVERLAY = "overlay: true\nlists: {words: [c, a]}\nrules: {r: {notify: [chat], enabled: false, stage: shadow}}"
BASE = """lists: {words: [a]}
macros: {fake: {contains: x}}
rules:
  r:
    severity: low
    labels: {team: web, tier: one}
    when: {word: {list: words}}
    except: [{id: own, why: known, when: {contains: y}}]
"""


def test_an_overlay_adds_exceptions_extends_lists_and_changes_what_it_may() -> None:
    rule = rule_of(load(BASE, OVERLAY, OTHER_OVERLAY))
    assert (rule.severity, rule.labels, rule.notify) == (Severity.CRITICAL, {"team": "risk", "tier": "one"}, ("chat",))
    assert (rule.enabled, rule.stage) == (False, "shadow")
    assert [(entry.id, entry.until) for entry in rule.exceptions] == [("own", None), ("fakes", date(2026, 12, 31))]
    assert [matches(rule, text) for text in ("a", "b", "c", "d")] == [True, True, True, False]


def test_overlays_apply_whatever_the_order_of_files() -> None:
    load(OVERLAY, BASE, OTHER_OVERLAY)
    files = [Path(f"{number}.yaml") for number in range(3)]
    loaded = [load_rules(order, WORDS) for order in permutations(files)]
    assert {rule_of(each).severity for each in loaded} == {Severity.CRITICAL}
    assert len({each.ruleset.revision for each in loaded if each.ruleset is not None}) == 1


def test_an_overlay_defines_nothing_so_that_no_name_becomes_ambiguous() -> None:
    loaded = load(BASE, OVERLAY, "rules: {two: {when: {word: {list: words}}}}")
    assert matches(rule_of(loaded, "two"), "b")


def test_the_list_file_of_an_overlay_is_read_and_named() -> None:
    Path("more.txt").write_text("q\n", encoding="utf-8")
    loaded = load(BASE, "overlay: true\nlists: {words: {file: more.txt}}")
    assert matches(rule_of(loaded), "q")
    assert loaded.files[-1] == Path.cwd() / "more.txt"


def test_every_value_knows_where_it_comes_from() -> None:
    config = configured("defaults:\n  notify: chat")
    rule = rule_of(load(f"defaults: {{body: hello}}\n{BASE}", OVERLAY, defaults=config))
    assert origins(rule) == {
        "title": "built-in",
        "body": "file 0.yaml:1",
        "severity": "overlay 1.yaml:5",
        "stage": "built-in",
        "enabled": "built-in",
        "notify": "configuration tocsin.yaml:2",
        "labels.team": "overlay 1.yaml:6",
        "labels.tier": "rule 0.yaml:7",
        "when": "rule 0.yaml:8",
        "except.own": "rule 0.yaml:9",
        "except.fakes": "overlay 1.yaml:8",
    }


def test_a_rule_names_the_macros_and_lists_that_it_uses_and_where_they_stand() -> None:
    macros = "macros: {inner: {word: {list: words}}, outer: {not: {macro: inner}}, fake: {word: x}, unused: {word: y}}"
    loaded = load(
        f"lists:\n  words: [a]\n  others: [z]\n{macros}",
        "rules: {r: {when: {macro: outer}, match: {users: {list: words}}}}",
        OVERLAY,
    )
    used = [(used.kind, used.name, f"{used.span.file}:{used.span.line}") for used in rule_of(loaded).references]
    assert used == [
        ("list", "words", "0.yaml:2"),
        ("list", "words", "2.yaml:2"),
        ("macro", "outer", "0.yaml:4"),
        ("macro", "inner", "0.yaml:4"),
        ("macro", "fake", "0.yaml:4"),
    ]


def test_the_overlay_of_the_reference_page_lies_over_the_pages_example() -> None:
    page = Path(tocsin.__file__).parents[2] / "docs/reference/rule-files.md"
    examples = re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    rule = rule_of(load(*examples[:2]), "exchange-hack")
    assert (rule.severity, rule.labels) == (Severity.HIGH, {"team": "treasury"})
    assert [entry.id for entry in rule.exceptions] == ["giveaway", "own-drill"]
    assert matches(rule, "doge exploit")
