"""Templates: strict at load, bounded and total at work, and never a tweet's text taken for the author's."""

from typing import Any

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.model import Fragment
from tocsin.rules.templates import DEFAULT_BODY, DEFAULT_TITLE, MAX_LENGTH, Template, parse_template

FIELDS = standard_vocabulary().fields
TWEET: dict[str, Any] = {
    "text": "BTC is <b>down</b>",
    "user": {"name": "Ann", "username": "ann", "keys": "odd"},
    "metrics": {"likes": 12, "retweets": None},
    "hashtags": ["btc", "crash"],
    "rule": "crash",
    "labels": {"team": "risk"},
}


def template(source: str) -> Template:
    parsed, problems = parse_template(source, FIELDS, ["team"])
    assert parsed is not None, problems
    return parsed


def rendered(source: str, **fields: Any) -> str:
    return template(source).render({**TWEET, **fields}).plain()


def codes(source: str) -> list[str]:
    return [problem.code for problem in parse_template(source, FIELDS, ["team"])[1]]


def test_what_the_author_wrote_is_trusted_and_what_is_filled_in_is_not() -> None:
    assert template("*{{ user.name }}*: {{ text }}").render(TWEET).fragments == (
        Fragment("*", trusted=True),
        Fragment("Ann", trusted=False),
        Fragment("*: ", trusted=True),
        Fragment("BTC is <b>down</b>", trusted=False),
    )


@pytest.mark.parametrize("text", ["\x03trusted?\x02", "{{ 7 * 7 }}", "{% raw %}", "\x02\x02\x03", "a\x03b"])
def test_no_text_gets_out_of_its_fragment_or_is_read_as_a_template(text: str) -> None:
    fragments = template("<{{ text }}>").render({"text": text}).fragments
    filled_in = text.replace("\x02", "").replace("\x03", "")
    untrusted = "".join(fragment.text for fragment in fragments if not fragment.trusted)
    assert untrusted == filled_in
    assert "".join(fragment.text for fragment in fragments if fragment.trusted) == "<>"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ text | clip(8) }}", "BTC is…"),
        ("{{ lang }}|{{ metrics.retweets }}|{{ entities.urls[0] }}", "||"),
        ("{{ user.name | upper }} {{ lang | default('?') }}", "ANN ?"),
        ("{% if metrics.likes > 10 %}many{% else %}few{% endif %}", "many"),
        ("{% if metrics.retweets > 10 %}many{% else %}few{% endif %}", "few"),
        ("{% for tag in hashtags %}#{{ tag }}{% if not loop.last %} {% endif %}{% endfor %}", "#btc #crash"),
        ("{{ hashtags }} {{ hashtags | join('+') }} {{ hashtags | length }}", "btc, crash btc+crash 2"),
        ("{{ labels.team }} {{ user['name'] }} {{ text[:3] }}", "risk Ann BTC"),
        ("{{ text | replace('BTC', 'Bitcoin') }}", "Bitcoin is <b>down</b>"),
    ],
)
def test_templates_fill_in(source: str, text: str) -> None:
    assert rendered(source) == text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ user.nme }}", ["unknown-name"]),
        ("{{ labels.tem }}", ["unknown-name"]),
        ("{{ nobody }} {{ text | shout }}", ["unknown-name", "unknown-filter"]),
        ("{{ text.__class__ }}", ["unknown-name"]),
        ("{{ text.format() }}", ["bad-template"]),
        ("{% for i in range(10**9) %}{% endfor %}", ["bad-template"]),
        ("{% set a = text %}", ["bad-template"]),
        ("{% autoescape false %}{{ text }}{% endautoescape %}", ["bad-template"]),
        ("{{ 'x' * 1000000000 }}", ["bad-template"]),
        ("{{ '%099999999d' % 1 }}", ["bad-template"]),
        ("{% for a in hashtags %}{% for b in hashtags %}{% endfor %}{% endfor %}", ["bad-template"]),
        ("{% include 'x' %}", ["bad-template"]),
        ("{% filter upper %}x{% endfilter %}", ["bad-template"]),
        ("{{ text", ["bad-template"]),
        ("{{ text" + " | upper" * 500 + " }}", ["bad-template"]),
        ("{{ " + "(" * 5000, ["bad-template"]),
        ("x" * 20_000, ["bad-template"]),
    ],
)
def test_what_cannot_be_filled_in_is_refused_at_load(source: str, expected: list[str]) -> None:
    assert codes(source) == expected


def test_a_long_result_is_cut_and_stays_untrusted() -> None:
    result = template("{{ text }}" * 100).render({"text": "x" * 1_000})
    assert MAX_LENGTH - 200 < len(result.plain()) <= MAX_LENGTH
    assert all(fragment.text == "…" for fragment in result.fragments if fragment.trusted)


def test_a_template_that_fails_gives_a_plain_title_with_a_note() -> None:
    result = template("{{ text + metrics.likes }}").render(TWEET)
    assert result.plain() == "crash: BTC is <b>down</b> [the template failed: TypeError]"
    assert [fragment.trusted for fragment in result.fragments] == [True, False, True]


def test_methods_of_python_do_not_show_through() -> None:
    result = Template("{{ user.keys }}|{{ user.items }}|{{ text.upper }}").render(TWEET)
    assert result.plain() == "odd||"


def test_templates_of_the_same_source_are_equal() -> None:
    assert template("{{ text }}") == template("{{ text }}")
    assert len({template("{{ text }}"), template("{{ text }}"), template("{{ id }}")}) == 2


def test_the_defaults_are_templates_like_any_other() -> None:
    assert rendered(DEFAULT_TITLE) == "crash: BTC is <b>down</b>"
    assert rendered(DEFAULT_BODY, url="https://x.example/1").endswith("Ann (ann)\nhttps://x.example/1")


def test_a_block_that_jinja_gives_no_line_is_placed_in_the_first_line() -> None:
    parsed, problems = parse_template("{% autoescape false %}{{ text }}{% endautoescape %}", FIELDS, [])
    assert parsed is None
    assert [(problem.code, problem.line) for problem in problems] == [("bad-template", 1)]
