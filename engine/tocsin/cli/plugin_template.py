"""The files of a new plugin; `$name`, `$module` and `$year` are filled in."""

from typing import Final

PYPROJECT: Final = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "tocsin-$name"
version = "0.1.0"
description = "A tocsin plugin: say here what it is for"
readme = "README.md"
license = "MIT"
license-files = ["LICENSE"]
requires-python = ">=3.11"
classifiers = ["Typing :: Typed"]
dependencies = ["tocsin>=0.1"]

[project.entry-points.tocsin]
$name = "$module"

[dependency-groups]
dev = ["mypy>=1.18", "pytest>=8", "ruff>=0.14"]

[tool.hatch.build.targets.wheel]
packages = ["$module"]

[tool.pytest.ini_options]
testpaths = ["tests"]

[tool.ruff]
line-length = 100

[tool.ruff.lint]
select = ["ANN", "B", "D", "E", "F", "I", "RUF", "SIM", "UP"]
ignore = ["ANN401", "D203", "D213", "RUF001"]

[tool.mypy]
strict = true
packages = ["$module", "tests"]
"""

MODULE: Final = '''\
"""A tocsin plugin: an operator, a transform and a filter to begin with. Keep what you need."""

from collections.abc import Callable
from typing import Any

import tocsin.hookspecs as tocsin
from pydantic import BaseModel

tocsin_api = 1


class Options(BaseModel):
    """What `plugins.$name` in tocsin.yaml may say."""

    short: int = 20


@tocsin.hookimpl
def tocsin_options() -> type[BaseModel]:
    """Declare the options."""
    return Options


def question_marks(text: str | None) -> int:
    """Return how many question marks a text has, in any script."""
    return sum(map((text or "").count, "?؟"))


@tocsin.hookimpl
def tocsin_operators(register: Callable[[tocsin.Operator], None]) -> None:
    """Register words for conditions."""
    register(
        tocsin.Operator(
            name="${word}_questions",
            arguments=("text",),
            result="number",
            function=question_marks,
            doc="How many question marks a text has, in any script.",
            example="gte: [{${word}_questions: .text}, 3]",
        ),
    )


@tocsin.hookimpl
def tocsin_transforms(
    register: Callable[[tocsin.Transform], None],
    options: Options,
) -> None:
    """Register what sees every tweet before the rules do."""

    def mark(data: dict[str, Any]) -> dict[str, Any]:
        text = data.get("text")
        return {**data, "${word}_short": isinstance(text, str) and len(text) < options.short}

    register(
        tocsin.Transform(
            name="$name",
            function=mark,
            doc="Says of each tweet whether it is short.",
            fields={"${word}_short": "truth"},
        ),
    )


def first_line(value: object) -> str:
    """Return the first line of a text."""
    return str(value or "").partition("\\n")[0]


@tocsin.hookimpl
def tocsin_filters(register: Callable[[tocsin.Filter], None]) -> None:
    """Register filters for the templates of titles and bodies."""
    register(
        tocsin.Filter(
            name="${word}_first_line",
            function=first_line,
            doc="The first line of a text.",
            example="{{ text | ${word}_first_line }}",
        ),
    )
'''

TESTS: Final = '''\
"""The plugin does what it says, in an engine as in a run."""

from tocsin.testing import FakeDestination, check_plugin, engine_with

import $module

RULES = """
tocsin: 1
rules:
  asked:
    when: {and: [{gte: [{${word}_questions: .text}, 2]}, .${word}_short]}
    title: "{{ text | ${word}_first_line }}"
"""


def test_a_rule_that_uses_it_raises_an_alert() -> None:
    """Operator, transform and filter work together."""
    fake = FakeDestination()
    engine = engine_with(
        plugins={"$name": $module},
        rules=RULES,
        destinations={"fake": fake},
    )
    engine.feed("why?\\nwhy?", "why?", "why? why? " + "really " * 9)
    assert fake.titles == ["why?"]
    assert engine.failures == []


def test_the_options_of_the_configuration_are_used() -> None:
    """A larger limit makes longer tweets short."""
    engine = engine_with(
        plugins={"$name": $module},
        rules=RULES,
        options={"$name": {"short": 100}},
    )
    assert len(engine.feed("why? why? " + "really " * 9)) == 1


def test_it_keeps_the_promises_that_every_plugin_makes() -> None:
    """The suite of `tocsin plugins check` finds nothing."""
    failed = [found for found in check_plugin($module) if found.verdict == "failed"]
    assert failed == []
'''

README: Final = """\
# tocsin-$name

A plugin for [tocsin](https://pypi.org/project/tocsin/): say here what it is for.

    pip install tocsin-$name
    tocsin plugins list

## What it brings

| | |
|---|---|
| operator `${word}_questions` | how many question marks a text has: `gte: [{${word}_questions: .text}, 3]` |
| transform `$name` | adds `.${word}_short`: whether the tweet is shorter than the option `short` |
| filter `${word}_first_line` | `{{ text | ${word}_first_line }}` |

In tocsin.yaml, where its options differ from these defaults:

    plugins:
      $name: {short: 20}

## Working on it

    pip install -U pip
    pip install -e . --group dev
    pytest
    ruff check . && ruff format --check .
    mypy
    tocsin plugins check .
"""

LICENSE: Final = """\
MIT License

Copyright (c) $year The authors of tocsin-$name

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

WORKFLOW: Final = """\
name: test
on:
  push:
  pull_request:
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python: ["3.11", "3.12", "3.13"]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python }}
      - run: pip install -U pip
      - run: pip install -e . --group dev
      - run: ruff check . && ruff format --check .
      - run: mypy
      - run: pytest
      - run: tocsin plugins check .
"""

FILES: Final = {
    "pyproject.toml": PYPROJECT,
    "README.md": README,
    "LICENSE": LICENSE,
    ".github/workflows/test.yml": WORKFLOW,
    ".gitignore": "__pycache__/\n*.egg-info/\ndist/\n.venv/\n",
    "$module/__init__.py": MODULE,
    "$module/py.typed": "",
    "tests/__init__.py": '"""Tests."""\n',
    "tests/test_$module.py": TESTS,
}
"""What to write where."""
