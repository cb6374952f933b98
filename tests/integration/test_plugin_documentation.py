"""The plugin that the documentation builds works as printed, and the reference says what the code does."""

import ast
import inspect
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from tocsin import hookspecs
from tocsin.hookspecs import Action, Operator, Transform
from tocsin.model import Delivered, DestinationName, Fragment, RichText, RuleId, Severity, alert_id
from tocsin.plugins.action import ActionDestination
from tocsin.plugins.host import Host, load_plugins
from tocsin.testing import EPOCH, check_plugin, make_tweet

DOCS = Path(__file__).parents[2] / "docs"
HOWTO = (DOCS / "howto" / "write-a-plugin.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "hooks.md").read_text(encoding="utf-8")


def blocks(title: str) -> str:
    """Return the code blocks of the how-to with this title, one after the other."""
    return "\n\n".join(re.findall(rf'^```\w+ title="{re.escape(title)}"\n(.*?)^```', HOWTO, re.DOTALL | re.MULTILINE))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The plugin of the how-to, installed as its pyproject.toml says."""
    project = tomllib.loads(blocks("pyproject.toml"))["project"]
    (tmp_path / "tocsin_ledger.py").write_text(blocks("tocsin_ledger.py"), encoding="utf-8")
    metadata = tmp_path / "tocsin_ledger-0.1.0.dist-info"
    metadata.mkdir()
    name, version = project["name"], project["version"]
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    entries = "".join(f"{key} = {value}\n" for key, value in project["entry-points"]["tocsin"].items())
    (metadata / "entry_points.txt").write_text(f"[tocsin]\n{entries}")
    return tmp_path


@pytest.fixture
def host(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.syspath_prepend(site)
    yield load_plugins({"ledger": {"short": 10}}, only=["ledger"])
    sys.modules.pop("tocsin_ledger", None)


def test_the_plugin_of_the_howto_loads_and_is_listed_as_printed(host: Host) -> None:
    (plugin,) = (plugin for plugin in host.plugins if plugin.name == "ledger")
    assert plugin.error == ""
    assert f"hooks {', '.join(plugin.hooks)}  registers {', '.join(plugin.registered)}\n" in HOWTO


def test_its_operator_and_transform_do_what_the_howto_says(host: Host) -> None:
    ((_, transform),) = host.transforms
    assert host.operators[0].function("why???") == 3
    assert transform.function(dict(make_tweet("hello").data))["is_short"] is True
    assert transform.function({"id": "1", "text": ""}) == hookspecs.Drop("no text")


def test_it_keeps_the_promises_that_every_plugin_makes(host: Host) -> None:
    assert host.plugins
    assert [found for found in check_plugin(sys.modules["tocsin_ledger"]) if found.verdict == "failed"] == []


def test_its_action_writes_a_file_for_each_alert(host: Host, tmp_path: Path) -> None:
    alert = hookspecs.Alert(
        id=alert_id(RuleId("r"), "", "1"),
        rule_id=RuleId("r"),
        key="",
        severity=Severity.LOW,
        at=EPOCH,
        title=RichText((Fragment("hello", trusted=False),)),
        body=RichText(()),
        labels={},
        tweet=make_tweet(),
    )
    files = ActionDestination(DestinationName("files"), *host.action("ledger"), {"folder": str(tmp_path)})
    assert files.send(alert, 1) == Delivered()
    assert (tmp_path / f"{alert.id}.txt").read_text() == "hello"


def test_the_tests_of_the_howto_pass(site: Path) -> None:
    (site / "test_ledger.py").write_text(blocks("test_ledger.py"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(site), str(site)]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=site, env=environment, capture_output=True, text=True, timeout=60)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(name for name in dir(hookspecs) if name.startswith("tocsin_")))
def test_the_reference_has_each_hook_with_its_signature(name: str) -> None:
    node = ast.parse(inspect.getsource(getattr(hookspecs, name))).body[0]
    assert isinstance(node, ast.FunctionDef)
    assert node.returns is not None
    assert f"## {name}\n\n```python\n{name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}\n```" in REFERENCE


@pytest.mark.parametrize("kind", [Operator, Transform, Action])
def test_the_reference_has_each_field_of_what_is_registered(kind: type[Operator | Transform | Action]) -> None:
    section = REFERENCE.partition(f"\n## {kind.__name__}\n")[2].partition("\n## ")[0]
    documented = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE))))
    assert {field.name for field in fields(kind)} <= documented
