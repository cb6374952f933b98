"""Templates that are filled in without Jinja say just what Jinja would have them say."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tocsin.rules.templates import DEFAULT_BODY, DEFAULT_TITLE, MAX_LENGTH, Template

WORDS = st.text(st.sampled_from("ab (\n<&\x02\x03é"), max_size=6)
FIELDS = st.sampled_from(["text", "user", "user.name", "user.name.first", "gone", "labels.team", "n", "because"])
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), WORDS, st.lists(WORDS, max_size=2),
    st.integers(MAX_LENGTH - 9, MAX_LENGTH + 9).map(lambda length: ("ab \x03c" * length)[:length]),
)  # fmt: skip
FILLED = st.tuples(FIELDS, st.sampled_from(["", " | clip", " | clip(3)", " | clip(-1)", " | upper"])).map(
    lambda parts: "{{ " + parts[0] + parts[1] + " }}"
)
SOURCES = st.recursive(
    st.one_of(WORDS, FILLED),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map("".join),
        st.tuples(FIELDS, inner, inner).map(lambda t: f"{{% if {t[0]} %}}{t[1]}{{% else %}}{t[2]}{{% endif %}}"),
        st.tuples(FIELDS, inner).map(lambda t: f"{{% if {t[0]} %}}{t[1]}{{% endif %}}"),
    ),
    max_leaves=6,
)
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "text": VALUES,
        "user": VALUES | st.dictionaries(st.sampled_from(["name", "other"]), VALUES),
        "labels": st.dictionaries(st.just("team"), WORDS),
        "n": VALUES,
        "because": st.lists(WORDS, max_size=2),
    },
)


@settings(max_examples=examples(600), deadline=None)
@given(SOURCES | st.sampled_from([DEFAULT_TITLE, DEFAULT_BODY]), CONTEXTS)
def test_what_a_template_says_does_not_depend_on_the_way(source: str, context: dict[str, Any]) -> None:
    template = Template(source.replace("\x02", "").replace("\x03", ""))
    assert template.render(context) == template.render_by_jinja(context)
