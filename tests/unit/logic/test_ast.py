"""When two trees are the same."""

from itertools import combinations

import pytest

from tocsin.logic.ast import Call, Literal, Var

ALIKE = [1, 1.0, True, 0, False, 0.0, -0.0, "1", "1.0", "", None, "None", 5, 5.0]


@pytest.mark.parametrize(("one", "other"), list(combinations(ALIKE, 2)))
def test_constants_that_json_tells_apart_are_two(
    one: None | bool | float | str, other: None | bool | float | str
) -> None:
    field = Var(Literal("lang"))
    assert Literal(one) != Literal(other)
    assert len({Call("==", (field, Literal(value))) for value in (one, other, one)}) == 2


@pytest.mark.parametrize("value", ALIKE)
def test_a_constant_is_itself_wherever_it_stands(value: None | bool | float | str) -> None:
    assert Literal(value, ("rules", 1)) == Literal(value)
    assert hash(Literal(value, ("rules", 1))) == hash(Literal(value))
