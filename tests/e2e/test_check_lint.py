"""Lint as `tocsin check` shows it, with a configuration."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.program import completed

TESTS = "tests: [{tweet: {text: a}, expect: match}, {tweet: {text: b}, expect: no_match}]"
CONFIG = (
    "source: {api_key: k, subscribe: {}}\n"
    "rules: [rules/]\n"
    "destinations:\n"
    "  hook: {url: json://localhost}\n"
    "  spare: {url: json://localhost}\n"
)
RULES = f"rules:\n  loud:\n    when: {{word: outage}}\n    notify: hook\n    {TESTS}\n"


def check(folder: Path, config: str, rules: str, *args: str) -> subprocess.CompletedProcess[str]:
    (folder / "rules").mkdir()
    (folder / "tocsin.yaml").write_text(config, encoding="utf-8")
    (folder / "rules/a.yaml").write_text(rules, encoding="utf-8")
    return rerun(folder, *args)


def rerun(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return completed("check", *args, cwd=folder)


def test_a_destination_that_nobody_uses_is_a_warning_at_its_name(tmp_path: Path) -> None:
    result = check(tmp_path, CONFIG, RULES)
    assert result.stdout.startswith("tocsin.yaml:5:3: warning[T212 unused-destination]: no rule and no route sends to")
    assert (result.stdout.count("warning["), result.returncode) == (1, 0)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{if: loud, mutes: {eq: [.rule, loud]}, for: 1h}", "this mutes only alerts that are themselves ones of 'if'"),
        (
            "{if: {in: [.severity, [high, critical]]}, mutes: {eq: [.severity, high]}, for: 1h}",
            "this mutes only alerts that are themselves ones of 'if'",
        ),
        ("{if: loud, mutes: {and: [{eq: [.rule, loud]}, {eq: [.rule, low]}]}, for: 1h}", "is true of no alert"),
    ],
)
def test_an_inhibition_that_can_never_withhold_anything_is_a_warning(tmp_path: Path, entry: str, says: str) -> None:
    config = CONFIG.replace("  spare: {url: json://localhost}\n", f"inhibit:\n  - {entry}\n")
    result = check(
        tmp_path, config, RULES + RULES.partition("rules:\n")[2].replace("loud", "low").replace("outage", "x")
    )
    assert result.stdout.startswith("tocsin.yaml:6:5: warning[T214 idle-inhibition]: ")
    assert says in result.stdout
    assert (result.stdout.count("warning["), result.returncode) == (1, 0)


def test_an_inhibition_that_withholds_what_others_tell_is_none(tmp_path: Path) -> None:
    config = CONFIG.replace(
        "  spare: {url: json://localhost}\n", "inhibit: [{if: loud, mutes: {lt: [.severity, x]}, for: 1h}]\n"
    )
    assert "T214" not in check(tmp_path, config, RULES).stdout


def test_a_comment_silences_it_in_the_configuration_too(tmp_path: Path) -> None:
    result = check(tmp_path, CONFIG.rstrip() + "   # tocsin: ignore T212\n", RULES)
    assert (result.stdout, result.returncode) == ("1 rule in 1 file: no problems\n", 0)


def test_nothing_needs_a_use_where_only_some_rules_are_looked_at(tmp_path: Path) -> None:
    rules = "macros: {elsewhere: {word: a}}   # tocsin: ignore T208\n" + RULES
    assert check(tmp_path, CONFIG, rules, "rules/a.yaml").stdout == "1 rule in 1 file: no problems\n"


def test_a_comment_about_destinations_is_not_idle_where_no_configuration_is_read(tmp_path: Path) -> None:
    rules = RULES.replace("  loud:", "  loud:   # tocsin: ignore T136")
    result = check(tmp_path, CONFIG, rules)
    assert "warning[T221 idle-ignore]: there is no warning T136 no-destination here to ignore" in result.stdout
    (tmp_path / "tocsin.yaml").unlink()
    assert rerun(tmp_path, "rules").stdout == "1 rule in 1 file: no problems\n"


def test_warnings_are_findings_only_if_strict(tmp_path: Path) -> None:
    result = check(tmp_path, CONFIG, RULES, "--strict", "--format", "json")
    assert ([found["code"] for found in json.loads(result.stdout)], result.returncode) == (["T212"], 1)


def test_a_rule_of_which_no_route_is_ever_true_reaches_no_destination(tmp_path: Path) -> None:
    routes = "routes: [{when: {eq: [.severity, critical]}, notify: [hook, spare]}]\n"
    result = check(tmp_path, CONFIG + routes, RULES.replace("    notify: hook\n", ""))
    assert "rules/a.yaml:2:3: warning[T136 no-destination]: alerts of rule 'loud' reach no destination" in result.stdout


def test_a_route_that_asks_for_a_key_may_be_true_of_any_rule(tmp_path: Path) -> None:
    routes = "routes: [{when: {eq: [.key, alice]}, notify: [hook, spare]}]\n"
    result = check(tmp_path, CONFIG + routes, RULES.replace("    notify: hook\n", ""))
    assert result.stdout == "1 rule in 1 file: no problems\n"
