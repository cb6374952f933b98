"""Conditions and tweet-like data, generated."""

from typing import Any

from hypothesis import strategies as st

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 200),
    st.sampled_from([0.5, 2.0, -1.5]),
    st.sampled_from(["", "1", "1.5", "abc", "BTC hacked", "en", "é", "x,y", " 7 ", "NaN"]),
)
paths = st.sampled_from(
    ["", "text", "lang", "metrics.likes", "metrics.retweets", "user.username", "tags", "tags.0", "tags.9", "absent",
     "absent.deep", "text.x", "text.0", "user"]
)  # fmt: skip


def _call(op: str, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(*args).map(lambda values: {op: list(values)})


def _many(op: str, inner: st.SearchStrategy[Any], least: int) -> st.SearchStrategy[Any]:
    return st.lists(inner, min_size=least, max_size=4).map(lambda values: {op: values})


def _extend(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pairs = ["==", "===", "!=", "!==", ">", ">=", "<", "<=", "+", "-", "*", "/", "%", "in", "and", "or", "cat"]
    lists = st.lists(inner, max_size=3)
    return st.one_of(
        *(_call(op, inner, inner) for op in pairs),
        *(_call(op, inner) for op in ("!", "!!", "-", "+")),
        *(_many(op, inner, 1) for op in ("and", "or")),
        *(_many(op, inner, 0) for op in ("if", "merge", "min", "max", "cat")),
        _call("<", inner, inner, inner),
        _call("<=", inner, inner, inner),
        _call("substr", inner, inner),
        _call("substr", inner, inner, inner),
        *(_call(op, st.one_of(lists, inner), inner) for op in ("map", "filter", "all", "some", "none")),
        _call("reduce", st.one_of(lists, inner), inner, scalars),
        st.lists(paths, max_size=3).map(lambda names: {"missing": names}),
        _call("missing_some", st.integers(0, 3), st.lists(paths, max_size=3)),
        _call("var", paths, inner),
        lists,
    )  # fmt: skip


leaves = st.one_of(
    scalars,
    paths.map(lambda path: {"var": path}),
    st.sampled_from([{"var": "accumulator"}, {"var": "current"}, {"var": ""}, {"var": []}]),
)
expressions = st.recursive(leaves, _extend, max_leaves=12)
tweets = st.fixed_dictionaries(
    {},
    optional={
        "text": scalars,
        "lang": st.sampled_from(["en", "no", None]),
        "metrics": st.one_of(st.none(), st.dictionaries(st.sampled_from(["likes", "retweets"]), scalars)),
        "user": st.one_of(st.none(), st.dictionaries(st.just("username"), scalars), scalars),
        "tags": st.lists(scalars, max_size=3),
    },
)
