"""Whatever a tweet says, and however a template cuts it, nothing of it is live."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model import Fragment, RichText
from tocsin.notify.escape import FAMILIES, Family, clean, escape, escape_line

SIGNS = r"<>!@:/.&#*_`~|\[]()"
WORDS = ["everyone", "here", "channel", "://", "//", "com", "https", "lt;", "script", "a", "123"]
DANGEROUS = st.sampled_from([*SIGNS, *WORDS, "\u202e", "\u200b", "\r\n", "\x1b[31m", "\x00", "\ud800", " "])
HOSTILE = st.one_of(st.lists(DANGEROUS, max_size=12).map("".join), st.text(max_size=20))
TEMPLATES = st.lists(
    st.one_of(
        HOSTILE.map(lambda text: Fragment(text, trusted=False)),
        # What an author might write around a field; nothing that is live by itself.
        st.sampled_from(["@", "<", ">", "/", ":", ".", " ", "(", "[", "a", "<!"]).map(
            lambda t: Fragment(t, trusted=True)
        ),
    ),
    max_size=5,
).map(lambda fragments: RichText(tuple(fragments)))

CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LIVE: dict[Family, str] = {
    "slack": r"(?<!\\)<(?:[!@#]\w|\w+:)|@(?:everyone|here|channel)",
    "discord": r"@everyone|@here|(?<!\\)<[@#:][!&]?\d|(?<!\\)\*\*",
    "mail": r"[<>]",
    "telegram": r"[<>]|@\w",
    "matrix": r"[<>]|@\w",
    "plain": r"@\w",
    "json": r"(?!)",
}


def is_by_fields(text: RichText) -> bool:
    """Whether each of the author's pieces stands beside a field that says something, so that none is live by itself."""
    said = [fragment.trusted for fragment in text.fragments if fragment.trusted or clean(fragment.text)]
    return not any(first and second for first, second in pairwise(said))


@given(TEMPLATES.filter(is_by_fields))
def test_no_family_lets_anything_live_through(text: RichText) -> None:
    for family in FAMILIES:
        escaped = escape(text, family)
        assert not CONTROLS.search(escaped), family
        assert not re.search(LIVE[family], escaped), (family, escaped)
        if any(not fragment.trusted for fragment in text.fragments):
            assert "https://" not in escaped, (family, escaped)


@given(TEMPLATES)
def test_a_line_is_one_line(text: RichText) -> None:
    for family in FAMILIES:
        assert "\n" not in escape_line(text, family)
