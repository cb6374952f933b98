"""Which plugins load, and that one that can't be used is left out whole with a reason that names the fix."""

from collections.abc import Callable

import pytest

from tocsin.errors import PluginError
from tocsin.plugins.host import Host, PluginInfo, load_plugins

Install = Callable[..., str]

GOOD = """
    import tocsin.hookspecs as t

    @t.hookimpl
    def tocsin_operators(register):
        register(t.Operator(name="{name}", arguments=("text",), result="truth", function=bool, doc="d", example="e"))
"""

REGISTERS = """
    from datetime import timedelta
    import tocsin.hookspecs as t

    @t.hookimpl
    def tocsin_{kind}s(register):
        register({value})
"""


def load(*names: str, **options: dict[str, object]) -> Host:
    """Load these plugins only: others may be installed where the tests run."""
    return load_plugins(options, only=names)


def info(host: Host, name: str) -> PluginInfo:
    return next(plugin for plugin in host.plugins if plugin.name == name)


def test_a_plugin_is_listed_with_what_it_registered(install: Install) -> None:
    host = load(install("good", GOOD.format(name="nice"), version="2.3"))
    assert info(host, "good") == PluginInfo(
        name="good",
        distribution="tocsin-good",
        version="2.3",
        state="loaded",
        hooks=("tocsin_operators",),
        registered=("operator nice",),
    )


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise ValueError('no licence file')", "ValueError: no licence file"),
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("def broken(:", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise BaseExceptionGroup('both', [SystemExit(1), ValueError()])", "BaseExceptionGroup: both"),
        ("tocsin_api = 2", "plugin API 2, this tocsin has 1: pip install -U tocsin"),
        ("tocsin_api = 0", "plugin API 0, this tocsin has 1: pip install -U tocsin-bad"),
        ("tocsin_api = '1'", "tocsin_api is a str"),
        ("x = 1", "has no hook: mark at least one function with @hookimpl"),
        ("def tocsin_operators(register): ...", "tocsin_operators is not marked as a hook"),
        (
            "import tocsin.hookspecs as t\n@t.hookimpl\ndef tocsin_operator(register): ...",
            "there is no hook 'tocsin_operator': did you mean 'tocsin_operators'?",
        ),
        (
            "import tocsin.hookspecs as t\n@t.hookimpl\ndef tocsin_operators(registrar): ...",
            "Argument(s) {'registrar'} are declared in the hookimpl but can not be found in the hookspec",
        ),
        (
            "import tocsin.hookspecs as t\n@t.hookimpl\nasync def tocsin_operators(register): ...",
            "tocsin_operators must not be async",
        ),
        ("import tocsin.hookspecs as t\n@t.hookimpl\ndef tocsin_options(): return 7", "tocsin_options returned a int"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_left_out_and_the_others_start(
    install: Install, source: str, reason: str
) -> None:
    host = load(install("bad", source), install("good", GOOD.format(name="nice")))
    assert info(host, "bad").state == "failed"
    assert reason in info(host, "bad").error
    assert [operator.name for operator in host.operators] == ["nice"]


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("operator", "'shout'", "registered a str where Operator is meant"),
        (
            "operator",
            "t.Operator(name='a.b', arguments=('text',), result='truth', function=bool, doc='d', example='e')",
            "operator 'a.b': a name begins with a letter and has only a-z, 0-9 and _, no dots",
        ),
        (
            "operator",
            "t.Operator(name='a', arguments=('words',), result='truth', function=bool, doc='d', example='e')",
            "operator 'a': arguments must be a tuple of any, list, number, object, text, truth",
        ),
        (
            "operator",
            "t.Operator(name='a', arguments=(), result='truth', function=3, doc='d', example='e')",
            "operator 'a': function can't be called",
        ),
        (
            "operator",
            "t.Operator(name='a', arguments=(), result='truth', function=bool, doc='', example='e')",
            "operator 'a': doc is missing",
        ),
        ("transform", "t.Transform(name='T', function=dict, doc='d')", "transform 'T': a name begins with"),
        (
            "transform",
            "t.Transform(name='a', function=dict, doc='d', fields={'x y': 'text'})",
            "transform 'a': fields must map dotted paths to types",
        ),
        (
            "transform",
            "t.Transform(name='a', function=dict, doc='d', budget=timedelta(0))",
            "transform 'a': budget must be a timedelta above 0",
        ),
        ("action", "t.Action(name='a', perform=print, doc='d', options=dict)", "options must be a pydantic model"),
        ("action", "t.Action(name=None, perform=print, doc='d')", "action without a name"),
    ],
)
def test_rubbish_that_is_registered_spoils_the_plugin(install: Install, kind: str, value: str, reason: str) -> None:
    host = load(install("bad", REGISTERS.format(kind=kind, value=value)))
    assert reason in info(host, "bad").error
    assert (host.operators, host.transforms, dict(host.actions)) == ((), (), {})


def test_a_plugin_that_swallows_what_register_raises_is_still_left_out(install: Install) -> None:
    source = """
        import contextlib
        import tocsin.hookspecs as t

        @t.hookimpl
        def tocsin_operators(register):
            with contextlib.suppress(Exception):
                register(None)
    """
    assert "registered None where Operator is meant" in info(load(install("sly", source)), "sly").error


def test_of_two_plugins_with_one_operator_the_later_is_left_out(install: Install) -> None:
    host = load(install("b", GOOD.format(name="same")), install("a", GOOD.format(name="same")))
    assert info(host, "a").state == "loaded"
    assert info(host, "b").error == "operator 'same' is plugin 'a''s already: rename it in 'b'"


def test_no_plugin_may_take_an_operator_of_tocsin_itself(install: Install) -> None:
    host = load_plugins({}, only=[install("a", GOOD.format(name="word"))], known_operators={"word"})
    assert info(host, "a").error == "operator 'word' is tocsin's already: rename it in 'a'"


@pytest.mark.parametrize(("declared", "state"), [("text", "loaded"), ("number", "failed")])
def test_a_transform_may_fill_a_known_field_of_its_type(install: Install, declared: str, state: str) -> None:
    value = f"t.Transform(name='a', function=dict, doc='d', fields={{'lang': '{declared}'}})"
    name = install("a", REGISTERS.format(kind="transform", value=value))
    host = load_plugins({}, only=[name], known_fields={"lang": "text"})
    assert (info(host, "a").state, dict(host.fields)) == (state, {})


def test_two_distributions_with_one_plugin_name_are_told_apart(install: Install) -> None:
    install("twin", GOOD.format(name="first"), distribution="aaa")
    install("twin", GOOD.format(name="second"), distribution="bbb")
    host = load("twin")
    assert [operator.name for operator in host.operators] == ["first"]
    assert [plugin.error for plugin in host.failed] == [
        "aaa has a plugin of this name too: pip uninstall one of the two"
    ]


def test_a_name_asked_for_and_not_installed_is_listed_with_a_remedy(install: Install) -> None:
    install("sentiment", GOOD.format(name="nice"))
    assert info(load("sentimant"), "sentimant").error.endswith("did you mean 'sentiment'?")


def test_without_plugins_nothing_is_imported(install: Install) -> None:
    name = install("bad", "raise SystemExit")
    host = load_plugins({"elsewhere": {}}, enabled=False)
    assert (info(host, name).state, host.problems) == ("off", ())


def test_what_a_plugin_prints_stays_off_standard_output(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    load(install("loud", "print('welcome to my plugin')"))
    assert capsys.readouterr().out == ""


def test_an_action_that_is_not_there_is_named_with_its_neighbour(install: Install) -> None:
    value = "t.Action(name='ticket', perform=print, doc='d')"
    host = load(install("desk", REGISTERS.format(kind="action", value=value)))
    assert host.action("ticket")[0] == "desk"
    with pytest.raises(PluginError, match=r"no plugin has an action 'tiket'.*did you mean 'ticket'"):
        host.action("tiket")
