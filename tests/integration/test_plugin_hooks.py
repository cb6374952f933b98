"""A plugin with a source, a filter and an observer, and the real command in its own process."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from textwrap import dedent

import pytest

from tests.e2e.program import completed

PLUGIN = """
    import json
    from pathlib import Path
    from pydantic import BaseModel
    import tocsin.hookspecs as t

    class Options(BaseModel):
        file: Path

    class SourceOptions(BaseModel):
        count: int = 3

    @t.hookimpl
    def tocsin_options():
        return Options

    async def count(options, feed):
        for number in range(options.count):
            await feed.tweet({"id": str(number), "text": f"hacked number {number}"})

    @t.hookimpl
    def tocsin_sources(register):
        register(t.Source(name="counting", run=count, doc="Counts.", options=SourceOptions))

    @t.hookimpl
    def tocsin_filters(register):
        register(t.Filter(name="shout", function=lambda value: value.upper(), doc="d", example="{{ text | shout }}"))

    @t.hookimpl
    def tocsin_observe(entry, tweet, options):
        with options.file.open("a") as file:
            file.write(json.dumps([entry.kind, tweet and tweet.data["text"]]) + "\\n")

    @t.hookimpl
    def tocsin_finish(options):
        with options.file.open("a") as file:
            file.write(json.dumps(["closed", None]) + "\\n")
"""

CONFIGURATION = """\
source: {type: counting, count: 2}
rules: [rules.yaml]
plugins:
  hooked: {file: seen.jsonl}
"""

RULES = """\
tocsin: 1
rules:
  hacked:
    when: {word: hacked}
    title: "{{ text | shout }}"
"""

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `tocsin` in a folder with the configuration and rules above, and the plugin installed."""
    site = tmp_path / "site"
    metadata = site / "hooked-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "hooked.py").write_text(dedent(PLUGIN))
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: hooked\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[tocsin]\nhooked = hooked\n")
    (tmp_path / "tocsin.yaml").write_text(CONFIGURATION)
    (tmp_path / "rules.yaml").write_text(RULES)

    def run(*arguments: str) -> CompletedProcess[str]:
        return completed(*arguments, cwd=tmp_path, env={"PYTHONPATH": str(site), "TOCSIN_PLUGINS": "hooked"})

    return run


def test_its_tweets_become_alerts_with_its_filter_and_its_observer_sees_all(run: Run, tmp_path: Path) -> None:
    done = run("run")
    assert done.returncode == 0, done.stderr
    listed = run("alerts", "--format", "json").stdout
    assert "HACKED NUMBER 1" in listed
    seen = [json.loads(line) for line in (tmp_path / "seen.jsonl").read_text().splitlines()]
    assert [item for item in seen if item[1]] == [["seen", "hacked number 0"], ["seen", "hacked number 1"]]
    assert seen[0] == ["lifecycle", None]
    assert seen[-2:] == [["lifecycle", None], ["closed", None]]


def test_check_knows_the_filter_and_the_source(run: Run, tmp_path: Path) -> None:
    assert run("check").returncode == 0
    (tmp_path / "rules.yaml").write_text(RULES.replace("shout", "shuot"))
    (tmp_path / "tocsin.yaml").write_text(CONFIGURATION.replace("count: 2", "count: two, cuont: 2"))
    said = run("check").stdout
    assert "rules.yaml:5:23: error[T182 unknown-filter]: no filter 'shuot'" in said
    assert "did you mean 'shout'?" in said
    assert "tocsin.yaml:1:33: error[T306 bad-option]" in said
    assert "did you mean 'count'?" in said


def test_a_source_that_nobody_brings_is_a_mistake_with_the_nearest_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text(CONFIGURATION.replace("counting", "countin"))
    said = run("check").stdout
    assert "no source of this type" in said
    assert "did you mean 'counting'?" in said


def test_the_schema_has_the_source_with_its_options(run: Run, tmp_path: Path) -> None:
    schema = json.loads(run("schema", "config").stdout)
    kinds = schema["properties"]["source"]["anyOf"]
    assert [kind["properties"]["type"].get("const") for kind in kinds] == [None, "counting"]
    assert "count" in kinds[1]["properties"]


NOISY = """
    import threading
    import tocsin.hookspecs as t

    print("noise of the import")
    threading.Thread(target=threading.Event().wait, name="left running").start()

    def operate(text):
        print("noise of the operator")
        return True

    def transform(data):
        print("noise of the transform")
        return data

    @t.hookimpl
    def tocsin_operators(register):
        register(t.Operator(name="noisy", arguments=("text",), result="truth", function=operate, doc="d", example="e"))

    @t.hookimpl
    def tocsin_transforms(register):
        register(t.Transform(name="noisy", function=transform, doc="d"))
"""


def test_what_plugins_print_is_not_in_the_output_and_their_threads_do_not_keep_the_process(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "site" / "hooked.py").write_text(dedent(NOISY))
    (tmp_path / "rules.yaml").write_text(RULES.replace("word: hacked", "noisy: .text").replace(" | shout", ""))
    (tmp_path / "tweets.jsonl").write_text('{"id": "1", "text": "hello"}\n')
    done = run("match", "--rules", "rules.yaml", "tweets.jsonl")
    assert done.returncode == 0
    [line] = done.stdout.splitlines()
    assert json.loads(line)["title"] == "hello"
    assert {f"noise of the {part}" for part in ("import", "operator", "transform")} <= set(done.stderr.splitlines())
    assert "leaving without thread 'left running'" in done.stderr
