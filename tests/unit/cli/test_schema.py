"""`tocsin schema` prints a schema, or writes both to where files point at."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tocsin.cli.main import cli

CONFIGURATION = 'source: {api_key: k, subscribe: {}}\ndestinations: {oncall: {url: "json://127.0.0.1"}}\n'


def schema(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["schema", *arguments])


@pytest.mark.parametrize(("arguments", "key"), [((), "rules"), (("rules",), "macros"), (("config",), "destinations")])
def test_a_schema_is_printed_as_draft_07(arguments: tuple[str, ...], key: str, tmp_path: Path) -> None:
    printed = json.loads(schema(*arguments, "--config", str(tmp_path / "none.yaml")).stdout)
    assert printed["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert key in printed["properties"]


def test_destinations_are_those_of_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "tocsin.yaml"
    config.write_text(CONFIGURATION, encoding="utf-8")
    with_destinations = json.loads(schema("--config", str(config)).stdout)
    assert with_destinations["definitions"]["notify"]["anyOf"][0]["enum"] == ["oncall"]


def test_without_a_configuration_any_destination_will_do(tmp_path: Path) -> None:
    printed = json.loads(schema("--config", str(tmp_path / "none.yaml")).stdout)
    assert "enum" not in printed["definitions"]["notify"]["anyOf"][0]


def test_without_plugins_their_operators_are_not_there(tmp_path: Path) -> None:
    config = str(tmp_path / "none.yaml")
    operators = [json.loads(schema("--config", config, *more).stdout) for more in ((), ("--no-plugins",))]
    assert ["shouting" in each["definitions"]["operator"]["properties"] for each in operators] == [True, False]


def test_both_are_written_beside_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "tocsin.yaml"
    config.write_text(CONFIGURATION, encoding="utf-8")
    result = schema("--write", "--config", str(config))
    assert result.stdout == "".join(
        f"wrote   {tmp_path / '.tocsin' / name}\n" for name in ("rules.schema.json", "config.schema.json")
    )
    written = json.loads((tmp_path / ".tocsin" / "rules.schema.json").read_text("utf-8"))
    assert written == json.loads(schema("--config", str(config)).stdout)
