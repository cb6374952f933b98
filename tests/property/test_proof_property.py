"""A proof is the smallest set of leaves that decides, held against every other set; a why-not names what would do."""

from itertools import combinations, product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tocsin.logic.parse import Scope, parse
from tocsin.logic.proofs.connectives import Tree, Truth, changes, decided, taken_apart
from tocsin.logic.vocabulary import standard_vocabulary

PLAIN = Scope(standard_vocabulary({}), check_fields=False)
MOST = 6


def _extend(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda parts: {"and": parts}),
        several.map(lambda parts: {"or": parts}),
        inner.map(lambda part: {"!": [part]}),
        inner.map(lambda part: {"!!": [part]}),
        st.lists(inner, max_size=4).map(lambda parts: {"if": parts}),
    )


LEAF = "leaf"
shapes = st.recursive(st.one_of(st.just(LEAF), st.booleans()), _extend, max_leaves=MOST)
distances = st.lists(st.floats(0, 1), min_size=MOST, max_size=MOST)


def with_leaves(shape: Any, names: list[str]) -> Any:
    """Return the shape with a field, no two the same, in place of each leaf."""
    if shape == LEAF and isinstance(shape, str):
        names.append(f"f{len(names)}")
        return {"var": names[-1]}
    if isinstance(shape, dict):
        return {op: [with_leaves(part, names) for part in parts] for op, parts in shape.items()}
    return shape


def kleene(condition: Any, truths: dict[str, Truth]) -> Truth:
    """Say what a condition is, each field being true, false or failed: an independent reading, for small conditions."""
    if isinstance(condition, bool):
        return condition
    ((op, parts),) = condition.items()
    if op == "var":
        return truths[parts]
    if op == "if":
        return _choice(parts, truths)
    values = [kleene(part, truths) for part in parts]
    if op in {"!", "!!"}:
        return None if values[0] is None else values[0] is (op == "!!")
    decisive = op == "or"
    return decisive if decisive in values else None if None in values else not decisive


def _choice(parts: list[Any], truths: dict[str, Truth]) -> Truth:
    while len(parts) > 1:
        asked = kleene(parts[0], truths)
        if asked is not False:
            return None if asked is None else kleene(parts[1], truths)
        parts = parts[2:]
    return kleene(parts[0], truths) if parts else False


def smallest(condition: Any, truths: dict[str, Truth], verdict: Truth) -> int:
    """Return the size of the smallest set of leaves that fixes the verdict, by trying every one."""
    names = list(truths)
    for size in range(len(names) + 1):
        for kept in combinations(names, size):
            if kleene(condition, {name: truths[name] if name in kept else None for name in names}) is verdict:
                return size
    raise AssertionError("all leaves together decide")


def fewest_changes(condition: Any, truths: dict[str, Truth]) -> int | None:
    """Return how few leaves would have to be otherwise for the condition to be true; None if nothing helps."""
    found = [
        sum(truths[name] is not truth for name, truth in zip(truths, outcome, strict=True))
        for outcome in product([True, False, None], repeat=len(truths))
        if kleene(condition, dict(zip(truths, outcome, strict=True))) is True
    ]
    return min(found, default=None)


def case(shape: Any, outcomes: list[Truth]) -> tuple[Any, Tree, dict[str, Truth]]:
    names: list[str] = []
    condition = with_leaves(shape, names)
    expr = parse(condition, PLAIN).expr
    assert expr is not None
    tree, leaves = taken_apart(expr)
    assert len(leaves) == len(names)
    return condition, tree, dict(zip(names, outcomes, strict=False))


outcomes_of_leaves = st.lists(st.sampled_from([True, False, None]), min_size=MOST, max_size=MOST)


@settings(max_examples=examples(600), deadline=None)
@given(shapes, outcomes_of_leaves)
def test_the_leaves_decide_and_no_fewer_do(shape: Any, outcomes: list[Truth]) -> None:
    condition, tree, truths = case(shape, outcomes)
    names = list(truths)
    verdict, leaves = decided(tree, lambda number: truths[names[number]])
    assert verdict is kleene(condition, truths)
    if verdict is not None:
        assert len(leaves) == smallest(condition, truths, verdict)


@settings(max_examples=examples(300), deadline=None)
@given(shapes, outcomes_of_leaves)
def test_whatever_the_other_leaves_become_the_verdict_stands(shape: Any, outcomes: list[Truth]) -> None:
    condition, tree, truths = case(shape, outcomes)
    names = list(truths)
    verdict, leaves = decided(tree, lambda number: truths[names[number]])
    if verdict is None:
        assert all(truths[names[number]] is None for number in leaves)
        return
    others = [name for number, name in enumerate(names) if number not in leaves]
    for outcome in product([True, False, None], repeat=len(others)):
        assert kleene(condition, {**truths, **dict(zip(others, outcome, strict=True))}) is verdict


@settings(max_examples=examples(600), deadline=None)
@given(shapes, outcomes_of_leaves, distances)
def test_what_is_nearest_would_do_and_nothing_smaller_would(
    shape: Any, outcomes: list[Truth], far: list[float]
) -> None:
    condition, tree, truths = case(shape, outcomes)
    names = list(truths)
    ways = changes(tree, True, lambda number: truths[names[number]], lambda number, _: far[number])
    least = fewest_changes(condition, truths)
    assert (least is None) == (not ways)
    assert [len(way) for way in ways] == sorted(len(way) for way in ways)
    for way in ways:
        changed = {**truths, **{names[number]: truth for number, truth in way}}
        assert kleene(condition, changed) is True
    assert not ways or len(ways[0]) == least


@settings(max_examples=examples(300), deadline=None)
@given(shapes, st.lists(st.sampled_from([True, False, None]), min_size=2, max_size=2))
def test_leaves_that_say_the_same_change_together(shape: Any, outcomes: list[Truth]) -> None:
    names: list[str] = []
    condition = with_leaves(shape, names)
    two = {name: f"f{number % 2}" for number, name in enumerate(names)}
    folded = _renamed(condition, two)
    expr = parse(folded, PLAIN).expr
    assert expr is not None
    tree, leaves = taken_apart(expr)
    fields = list(dict.fromkeys(two.values()))
    assert len(leaves) == len(fields)
    truths = dict(zip(fields, outcomes, strict=False))
    for way in changes(tree, True, lambda number: truths[fields[number]], lambda *_: 0.5):
        assert kleene(folded, {**truths, **{fields[number]: truth for number, truth in way}}) is True


def _renamed(condition: Any, names: dict[str, str]) -> Any:
    if isinstance(condition, dict):
        return {
            op: names[part] if op == "var" else [_renamed(p, names) for p in part] for op, part in condition.items()
        }
    return condition
