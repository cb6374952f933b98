"""`tocsin import x-rule` prints a rule file that can be saved and run, or says what stands in the way."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.importing.test_equivalence import TOLD
from tocsin.cli.main import cli
from tocsin.errors import ConfigError
from tocsin.importing.writing import as_json, as_yaml
from tocsin.importing.xrule import XRule, import_rules
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules

ROOT = Path(__file__).parents[3]


def x_rule(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(cli, ["import", "x-rule", *arguments], input=given)


def test_a_rule_comes_out_as_a_rule_file() -> None:
    result = x_rule('(cat OR "big dog") from:alice -is:retweet lang:en', "--id", "cats")
    assert result.exit_code == 0
    page = (ROOT / "docs" / "howto" / "come-from-x-rules.md").read_text("utf-8")
    assert f"--id cats\n{result.stdout}```\n" in page
    assert "note: a retweet is told by a text that begins with RT @" in result.stderr


def test_a_rule_may_begin_with_a_dash() -> None:
    assert "hashtag: [cats]" in x_rule("-has:links #cats").stdout
    assert x_rule("-help").exit_code == 0


def test_a_refusal_shows_the_place_and_prints_no_rule() -> None:
    result = x_rule("cat place_country:US")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "cat:1:5: error[no-place]: the stream's tweets have no location\n"
        "    1 | cat place_country:US\n"
        "      |     ^^^^^^^^^^^^^^^^\n"
    )


def test_leniently_what_was_left_out_stands_above_the_rule_and_on_standard_error() -> None:
    result = x_rule("cat place_country:US", "--lenient")
    left_out = (
        "left out: place_country:US (no-place): the stream's tweets have no location; this rule matches more than X's"
    )
    assert result.exit_code == 0
    assert f"  # {left_out}\n" in result.stdout
    assert f"cat: {left_out}\n" in result.stderr


def test_what_x_answers_is_read_from_a_file_and_the_good_rules_are_printed(tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    rules = [{"value": "cat", "tag": "cats"}, {"value": "cat has:geo", "tag": "near cats"}, {"value": "dog"}]
    file.write_text(json.dumps({"data": rules}), encoding="utf-8")
    result = x_rule(str(file), "--format", "json")
    assert result.exit_code == 1
    assert list(json.loads(result.stdout)["rules"]) == ["cats", "dog"]
    assert "near-cats:1:5: error[no-place]" in result.stderr


def test_standard_input_holds_one_rule_a_line() -> None:
    assert x_rule("-", given="cat\n\n#dog\n").stdout.count("x-rule:") == 2


@pytest.mark.parametrize(
    "arguments", [(), ("cat", "--id", "No Id"), ("cat", "--id", "x-cat"), ("cat", "--format", "toml")]
)
def test_a_wrong_command_line_is_a_matter_of_usage(arguments: tuple[str, ...]) -> None:
    assert x_rule(*arguments).exit_code == 2


@pytest.mark.parametrize("text", ["", "{", '{"data": []}'])
def test_input_without_rules_is_named(text: str) -> None:
    result = x_rule("-", given=text)
    assert isinstance(result.exception, ConfigError)
    assert "standard input" in str(result.exception)


@pytest.mark.parametrize("write", [as_yaml, as_json])
def test_every_imported_rule_loads_as_it_is_printed(tmp_path: Path, write: object) -> None:
    assert callable(write)
    file = tmp_path / "rules.yaml"
    file.write_text(write(import_rules([XRule(value=rule) for rule in TOLD])), encoding="utf-8")
    loaded = load_rules([file], standard_vocabulary())
    assert loaded.diagnostics == ()
    assert loaded.ruleset is not None
    assert len(loaded.ruleset.rules) == len(TOLD)


@given(st.text(min_size=1, max_size=30).filter(lambda text: text.strip() and max(text) < "\ud800"))
def test_whatever_a_phrase_is_the_rule_that_is_printed_holds_it(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    (rule,) = import_rules([XRule(value=f'"{quoted}"', tag=text)], rule_id="phrase")
    file = tmp_path_factory.getbasetemp() / "phrase.yaml"
    file.write_text(as_yaml([rule]), encoding="utf-8")
    loaded = load_rules([file], standard_vocabulary())
    assert loaded.ruleset is not None, loaded.diagnostics
    match = loaded.ruleset.rules["phrase"].match  # type: ignore[index]
    assert match is not None
    assert match.keywords == (" ".join(text.split()),)
