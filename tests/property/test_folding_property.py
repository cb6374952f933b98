"""A tree that was folded up unfolds to the same tree: the same values of the same types at the same places."""

from typing import Any

from hypothesis import given, settings

from tests.property.expressions import expressions
from tocsin.logic.ast import Call, Literal, Path
from tocsin.logic.folding import Folder, unfold
from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import standard_vocabulary

SCOPE = Scope(standard_vocabulary(), check_fields=False)
BASE: Path = ("rules.yaml", "rules", "outage")


@settings(max_examples=300, deadline=None)
@given(expressions)
def test_a_tree_is_the_same_once_unfolded(condition: Any) -> None:
    parsed = parse(condition, SCOPE, (*BASE, "when"))
    if parsed.expr is not None:
        # As text, for equality takes 1 for true and looks at no path.
        assert repr(unfold(Folder().fold(parsed.expr, BASE), BASE)) == repr(parsed.expr)


def test_parts_of_a_macro_stay_where_the_macro_stands() -> None:
    elsewhere: Path = ("rules.yaml", "macros", "annoyed", "word")
    tree = Call("and", (Literal(True, (*BASE, "when", 0)), Literal(1, elsewhere)), (*BASE, "when"))
    assert repr(unfold(Folder().fold(tree, BASE), BASE)) == repr(tree)


def test_rules_of_one_shape_share_it() -> None:
    folder = Folder()
    trees = [parse({"word": [word]}, SCOPE, (*BASE, "when")).expr for word in ("storm", "flood")]
    first, second = (folder.fold(tree, BASE) for tree in trees if tree is not None)
    assert first.shape is second.shape
    assert first.literals != second.literals
