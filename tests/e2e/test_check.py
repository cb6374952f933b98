"""`tocsin check` as a program: everything at once, and nothing evaluated."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.program import completed

NINE = {
    "tocsin.yaml": 'source: {api_key: "${SCRAPEST_API_KEY}", subscribe: {}}\nrules: [rules/]\n',
    "rules/a.yaml": """\
rules:
  calls: {when: {method: [.text, upper]}}
  dotted: {when: {word.__globals__: [x]}}
  unknown: {when: {contain: hack}}
  two-keys:
    when:
      word: hack
      gt: [.metrics.likes, 10]
  norwegian: {when: {eq: [.lang, no]}}
  tags:
    when:
      word:
        - btc
        - #bitcoin
  misspelt: {when: {gt: [.metrics.retweet, 10]}}
  twice: {when: {word: hack}}
""",
    "rules/b.yaml": "rules:\n  twice: {when: {word: hack}}\n",
}
TESTS = "tests: [{tweet: {text: an outage}, expect: match}, {tweet: {text: all well}, expect: no_match}]"
GOOD = {
    "tocsin.yaml": "source: {api_key: k, subscribe: {}}\nrules: [rules/]\ndestinations: {hook: {url: json://localhost}}\n",
    "rules/a.yaml": f"rules: {{outage: {{when: {{word: outage}}, notify: hook, {TESTS}}}}}\n",
}


def check(folder: Path, files: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return completed("check", *args, cwd=folder)


def test_nine_mistakes_are_nine_errors_in_one_run(tmp_path: Path) -> None:
    result = check(tmp_path, NINE)
    expected = Path(__file__).parent.parent / "golden" / "nine-mistakes.txt"
    assert (result.stdout, result.stderr, result.returncode) == (expected.read_text(encoding="utf-8"), "", 1)


@pytest.mark.parametrize("form", ["json", "github"])
def test_every_format_tells_the_same(form: str, tmp_path: Path) -> None:
    result = check(tmp_path, NINE, "--format", form)
    told = [d["code"] for d in json.loads(result.stdout)] if form == "json" else result.stdout.splitlines()
    assert (len(told), result.returncode) == (9, 1)


def test_rules_without_mistakes_are_counted(tmp_path: Path) -> None:
    result = check(tmp_path, GOOD)
    assert (result.stdout, result.returncode) == ("1 rule in 1 file: no problems\n", 0)


def test_a_rule_that_nobody_would_hear_of_is_a_warning(tmp_path: Path) -> None:
    result = check(tmp_path, {**GOOD, "rules/a.yaml": "rules: {outage: {when: {word: outage}}}\n"})
    assert result.returncode == 0
    assert (
        "rules/a.yaml:1:9: warning[T136 no-destination]: alerts of rule 'outage' reach no destination" in result.stdout
    )


def test_paths_stand_in_for_the_rules_that_the_configuration_names(tmp_path: Path) -> None:
    result = check(tmp_path, {**GOOD, "other.yaml": "rules: {x: {when: {wrd: a}}}"}, "other.yaml")
    assert result.stdout.startswith("other.yaml:1:20: error[T160 unknown-operator]")
    assert result.returncode == 1


def test_a_rule_for_which_nothing_is_subscribed_is_an_error(tmp_path: Path) -> None:
    result = check(
        tmp_path,
        {**GOOD, "tocsin.yaml": "source: {api_key: k}\nrules: [rules/]\ndestinations: {hook: {url: json://h}}\n"},
    )
    assert "error[T311 no-subscription]: rule 'outage' has no `match:`" in result.stdout
    assert result.returncode == 1


@pytest.mark.parametrize("args", [(), ("--config", "nowhere.yaml")])
def test_nothing_to_check_is_a_usage_error(args: tuple[str, ...], tmp_path: Path) -> None:
    result = check(tmp_path, {}, *args)
    assert (result.stdout, result.returncode) == ("", 2)
    assert "tocsin init" in result.stderr


def test_check_imports_nothing_that_it_does_not_need() -> None:
    heavy = {"apprise", "httpx", "anyio", "rich", "json_logic", "sqlite3", "asyncio"}
    # What reads tocsin.yaml, and what decides where alerts go: not for rule files alone.
    heavy |= {"tocsin.config.settings", "tocsin.config.schema", "tocsin.alerting.routes", "tocsin.alerting.inhibition"}
    program = f"import sys, tocsin.cli.check; print(sorted({heavy!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout == "[]\n"


def test_a_destination_that_a_run_would_refuse_is_an_error_at_its_line(tmp_path: Path) -> None:
    for broken in ("{url: slackk://a/b/c}", "{action: exek}"):
        result = check(tmp_path, GOOD | {"tocsin.yaml": GOOD["tocsin.yaml"].replace("{url: json://localhost}", broken)})
        assert result.stdout.startswith("tocsin.yaml:3:22: error[T307 unusable-destination]: "), result.stdout
        assert result.returncode == 1


def test_sarif_tells_the_same_and_where(tmp_path: Path) -> None:
    result = check(tmp_path, NINE, "--format", "sarif")
    (run,) = json.loads(result.stdout)["runs"]
    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]
    assert (len(places), result.returncode) == (9, 1)
    assert {place["artifactLocation"]["uri"] for place in places} == {"rules/a.yaml", "rules/b.yaml", "tocsin.yaml"}


def test_a_code_is_explained_by_number_or_name_and_a_misspelt_one_is_told(tmp_path: Path) -> None:
    by_number, by_name = (check(tmp_path, {}, "--explain", code) for code in ("t167", "unknown-field"))
    assert by_number.stdout == by_name.stdout
    assert by_number.stdout.startswith("T167 unknown-field\n\nNo source, transform or plugin has this field.\n")
    wrong = check(tmp_path, {}, "--explain", "unknown-feild")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "did you mean 'unknown-field'?" in wrong.stderr


def test_of_many_problems_a_hundred_are_shown_and_all_on_request(tmp_path: Path) -> None:
    rules = "rules:\n" + "".join(f"  r{n}: {{when: {{wrod: x}}}}\n" for n in range(150))
    shown = check(tmp_path, {"many.yaml": rules}, "many.yaml").stdout
    assert shown.count("error[T160") == 100
    assert shown.endswith("and 50 more; `tocsin check --all` shows them\n150 errors in 1 file\n")
    assert check(tmp_path, {}, "many.yaml", "--all").stdout.count("error[T160") == 150
