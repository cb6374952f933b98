"""The quick reader of messages says what the exact one says, whatever comes."""

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tocsin.sources.scrapest.decode import parse_exactly, parse_object

texts = st.text(st.characters(codec=None), max_size=8)
numbers = st.one_of(st.integers(), st.integers(-(10**30), 10**30), st.floats())
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=12,
)
written = st.builds(
    lambda value, escaped: json.dumps(value, ensure_ascii=escaped), st.dictionaries(texts, values), st.booleans()
)
scraps = st.sampled_from(
    ["1e400", "-1E999", "0.1e-400", "NaN", "-Infinity", "9" * 400, "9" * 5000, '"\\ud800"', '"\\uD83D\\uDE00"', "1.",
     "01", "-", "-0", "-0.0", '"\x00"', '"\\/"', '"\\x"', "\ufeff", "[1,]", '{"a":1,"a":2}', "\u2028", "'a'", "\x0b"]
)  # fmt: skip


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples(300))
@given(st.one_of(written, st.tuples(written, scraps, st.integers(0, 200))), st.booleans())
@example("[" * 100_000, False)
@example('{"a":' * 100 + "1" + "}" * 100, True)
@example('{"a": 1} {', True)
def test_both_readers_agree(message: str | tuple[str, str, int], as_bytes: bool) -> None:
    if isinstance(message, tuple):
        text, scrap, at = message
        message = text[: at % (len(text) + 1)] + scrap + text[at % (len(text) + 1) :]
    given: Any = message.encode("utf-8", "surrogatepass") if as_bytes else message
    quick, exact = parse_object(given), parse_exactly(given)
    assert repr(quick) == repr(exact)


@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples(300))
@given(scraps, texts)
def test_both_readers_agree_on_odd_values(scrap: str, key: str) -> None:
    message = f'{{"id": 1, {json.dumps(key)}: {scrap}}}'
    assert repr(parse_object(message)) == repr(parse_exactly(message))


@given(st.binary())
def test_both_readers_agree_on_any_bytes(message: bytes) -> None:
    assert repr(parse_object(message)) == repr(parse_exactly(message))
