"""The directory of what can be installed says what the plugins in this repository register."""

import pytest

from tocsin.errors import PluginError
from tocsin.logic.parse import Scope, parse
from tocsin.logic.suggestions.installable import KNOWN, Kind
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.plugins.host import Host, load_plugins

OURS = ["archive", "exec", "langid", "sentiment", "sql", "story", "textstat"]


def registered() -> dict[Kind, dict[str, str]]:
    """Return the distribution of each piece, by kind and name, of the plugins that are installed here."""
    found: dict[Kind, dict[str, str]] = {kind: {} for kind in KNOWN}
    for plugin in load_plugins({}, only=OURS, known_fields=standard_vocabulary().fields).plugins:
        for piece in plugin.registered:
            kind, _, name = piece.partition(" ")
            if kind in found:
                found[kind][name] = plugin.distribution
    return found


@pytest.mark.parametrize("kind", KNOWN)
def test_the_directory_has_each_word_and_no_other(kind: Kind) -> None:
    known = {word: name for word, name in KNOWN[kind].items() if name.removeprefix("tocsin-") in OURS}
    assert known == registered()[kind]


@pytest.mark.parametrize(
    ("condition", "code", "distribution"),
    [
        ({"shouting": [{"var": "text"}]}, "unknown-operator", "tocsin-textstat"),
        ({"<": [{"var": "sentiment"}, 0]}, "unknown-field", "tocsin-sentiment"),
    ],
)
def test_a_rule_without_its_plugin_is_told_what_to_install(condition: object, code: str, distribution: str) -> None:
    [problem] = parse(condition, Scope(standard_vocabulary())).problems
    assert problem.code == code
    assert problem.hint.startswith(f"pip install {distribution}, the plugin that has it")


def test_an_action_without_its_plugin_is_told_what_to_install() -> None:
    with pytest.raises(PluginError, match="pip install tocsin-sql"):
        Host().action("sql")
