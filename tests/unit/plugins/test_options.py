"""A plugin's options in tocsin.yaml: strict, every problem as a value with its place."""

from collections.abc import Callable

import pytest

from tocsin.plugins.host import Host, load_plugins

Install = Callable[..., str]

WITH_OPTIONS = """
    from datetime import timedelta
    from pathlib import Path
    import pydantic
    import tocsin.hookspecs as t

    class Inner(pydantic.BaseModel):
        depth: int = 1

    class Options(pydantic.BaseModel):
        level: float = 0.5
        folder: Path = Path("/")
        inner: Inner = Inner()

    @t.hookimpl
    def tocsin_options():
        return Options

    @t.hookimpl
    def tocsin_actions(register, options):
        register(t.Action(name=f"a{options.level:.0f}", perform=print, doc=str(options.folder)))
"""


def load(name: str, given: dict[str, object]) -> Host:
    return load_plugins({name: given}, only=[name])


def test_hooks_are_handed_the_options_as_the_model_reads_them(install: Install) -> None:
    host = load(install("p", WITH_OPTIONS), {"level": 3, "folder": "/srv"})
    assert host.action("a3")[1].doc == "/srv"


@pytest.mark.parametrize(
    ("given", "path", "message", "hint"),
    [
        ({"levl": 1}, ("levl",), "no option 'levl'", "did you mean 'level'?"),
        ({"level": "high"}, ("level",), "Input should be a valid number", ""),
        ({"level": True}, ("level",), "Input should be a valid number", ""),
        ({"inner": {"depth": "2"}}, ("inner", "depth"), "Input should be a valid integer", ""),
        ({"inner": {"dept": 2}}, ("inner", "dept"), "no option 'dept'", ""),
    ],
)
def test_a_wrong_option_is_a_problem_with_its_place(
    install: Install, given: dict[str, object], path: tuple[str, ...], message: str, hint: str
) -> None:
    host = load(install("p", WITH_OPTIONS), given)
    (problem,) = host.problems
    assert (problem.plugin, problem.path, problem.message, problem.hint) == ("p", path, message, hint)
    assert [plugin.name for plugin in host.failed] == ["p"]


def test_options_of_a_plugin_that_is_not_installed_are_a_problem(install: Install) -> None:
    install("weather2", WITH_OPTIONS)
    problems = load_plugins({"weather3": {}, "unheard-of": {}}, only=[]).problems
    assert [(problem.plugin, problem.hint) for problem in problems] == [
        ("weather3", "did you mean 'weather2'?"),
        ("unheard-of", "pip install tocsin-unheard-of, or remove it"),
    ]


def test_a_plugin_without_options_takes_none(install: Install) -> None:
    source = "import tocsin.hookspecs as t\n@t.hookimpl\ndef tocsin_actions(register): ..."
    host = load(install("plain", source), {"a": 1})
    assert [problem.message for problem in host.problems] == ["plugin 'plain' takes no options"]


def test_required_options_of_a_plugin_nobody_mentions_are_no_mistake_in_the_file(install: Install) -> None:
    name = install("p", WITH_OPTIONS.replace("level: float = 0.5", "level: float"))
    host = load_plugins({}, only=[name])
    assert host.problems == ()
    assert host.failed[0].error == "plugins.p.level in tocsin.yaml: option 'level' is missing"


def test_validators_that_raise_are_contained(install: Install) -> None:
    source = WITH_OPTIONS.replace(
        "inner: Inner = Inner()",
        "def model_post_init(self, _):\n            raise SystemExit(4)",
    )
    host = load(install("p", source), {"level": 1})
    assert [problem.message for problem in host.problems] == ["checking the options raised SystemExit: 4"]
