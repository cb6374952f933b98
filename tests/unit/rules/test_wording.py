"""Templates that need no parser are read as the parser reads them."""

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.wording import TemplateReader
from tocsin.rules.templates import DEFAULT_BODY, DEFAULT_TITLE, parse_template

WORDS = standard_vocabulary()

TEXTS = (
    "", "plain", "a }} b", "a { b", "{{ text }}", "{{text}}", "{{ text|clip(120) }}", "{{ text | clip(12) }}!",
    "{{ user.username }} on {{ rule }}:\n{{ text | clip(80) }}", "{{ labels.team }}", "{{ labels }}", "{{ true }}",
    "{{ not }}", "{{ none }}", "{{ user }}", "{{ user.nobody }}", "{{ nothing }}", "{{ text | clip(99999) }}",
    "{# gone #}x", "{% if url %}{{ url }}{% endif %}", "\x02{{ text }}\x03", "{{ text }", "{{{ text }}}", "{{ Text }}",
    "{{ text | upper }}", "{{ user..name }}", "{{ .text }}", "x" * 10_001, DEFAULT_TITLE, DEFAULT_BODY,
)  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_template_is_the_same_whether_it_had_to_be_parsed_or_not(text: str) -> None:
    expected, problems = parse_template(text, WORDS.fields, ["team"], WORDS.filters)
    found, wrong = TemplateReader(WORDS).read(text, ["team"])
    assert wrong == problems
    assert found == expected
    assert found is None or expected is None or (found.names, found.filters) == (expected.names, expected.filters)


def test_a_template_is_checked_once_for_the_labels_that_it_may_name() -> None:
    reader = TemplateReader(WORDS)
    assert reader.read(DEFAULT_BODY, ["a"]) is reader.read(DEFAULT_BODY, ["b"])
    assert reader.read("{{ labels.a }}", ["a"])[0] is not None
    assert reader.read("{{ labels.a }}", ["b"])[0] is None
