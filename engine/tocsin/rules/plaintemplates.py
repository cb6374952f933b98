"""Templates of the plain kind, filled in without Jinja: most are, the defaults among them, and every alert has two.

Plain is what has nothing but words, fields, `clip` and `if` of a field. Whatever else there is, Jinja renders all of
it. What comes out is the same; a property test holds the two side by side.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from jinja2 import nodes

from tocsin.model import Fragment

Read: TypeAlias = Callable[[Mapping[str, Any]], Any]
"""What reads a value; None for what is missing."""

Clip: TypeAlias = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Words:
    """What the author wrote."""

    fragment: Fragment


@dataclass(frozen=True, slots=True)
class Filled:
    """A value's place."""

    read: Read


@dataclass(frozen=True, slots=True)
class Choice:
    """`if`: the pieces to take if a value is neither missing, 0, false nor empty, and the others."""

    read: Read
    then: "Pieces"
    otherwise: "Pieces"


Piece: TypeAlias = Words | Filled | Choice
Pieces: TypeAlias = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """A plain template; `is_constant` if it says the same of every tweet, `chooses` if there is an `if` in it."""

    pieces: Pieces
    is_constant: bool
    chooses: bool


def plain_of(tree: nodes.Template, clip: Clip) -> Plain | None:
    """Return a template's pieces, None if it isn't plain; `clip` is the filter of that name."""
    try:
        pieces = _pieces(tree.body, clip)
    except _NotPlain:
        return None
    return Plain(
        pieces,
        is_constant=all(isinstance(piece, Words) for piece in pieces),
        chooses=any(isinstance(piece, Choice) for piece in pieces),
    )


def filled_in(
    plain: Plain, context: Mapping[str, Any], as_text: Callable[[Any], str], limit: int
) -> tuple[Fragment, ...] | None:
    """Return the fragments of an alert's text, None if it might be longer than `limit` characters.

    `as_text` says how a value is written. Neighbouring words are one fragment, and each value is one of its own.
    """
    fragments: list[Fragment] = []
    before: Fragment | None = None
    length = 0
    for piece in _chosen(plain.pieces, context) if plain.chooses else plain.pieces:
        if isinstance(piece, Words):
            words = piece.fragment
            length += len(words.text)
            if before is not None:
                words = Fragment(before.text + words.text, trusted=True)
                fragments.pop()
            fragments.append(words)
            before = words
        elif isinstance(piece, Filled):
            before = None
            text = as_text(piece.read(context))
            if text:
                fragments.append(Fragment(text, trusted=False))
            length += len(text) + _MARKS
    return tuple(fragments) if length <= limit else None


_MARKS: Final = 2
"""What Jinja's way puts around each value counts there as part of the text."""


class _NotPlain(Exception):
    pass


def _chosen(pieces: Pieces, context: Mapping[str, Any]) -> list[Words | Filled]:
    chosen: list[Words | Filled] = []
    for piece in pieces:
        if isinstance(piece, Choice):
            chosen += _chosen(piece.then if piece.read(context) else piece.otherwise, context)
        else:
            chosen.append(piece)
    return chosen


def _pieces(body: Sequence[nodes.Node], clip: Clip) -> Pieces:
    found: list[Piece] = []
    for node in body:
        match node:
            case nodes.Output():
                found += [_piece(inner, clip) for inner in node.nodes if not _says_nothing(inner)]
            case nodes.If(test=nodes.Expr() as test, elif_=[]):
                found.append(Choice(_field(test), _pieces(node.body, clip), _pieces(node.else_, clip)))
            case _:
                raise _NotPlain
    return tuple(found)


def _says_nothing(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.TemplateData) and not node.data


def _piece(node: nodes.Expr, clip: Clip) -> Words | Filled:
    match node:
        case nodes.TemplateData():
            return Words(Fragment(node.data, trusted=True))
        case nodes.Filter(name="clip", node=nodes.Expr() as inner, kwargs=[], dyn_args=None, dyn_kwargs=None):
            read = _field(inner)
            match node.args:
                case []:
                    return Filled(lambda context: clip(read(context)))
                case [nodes.Const(value=int(length))]:
                    return Filled(lambda context: clip(read(context), length))
                case _:
                    raise _NotPlain
        case _:
            return Filled(_field(node))


def _field(node: nodes.Expr) -> Read:
    match node:
        # What Jinja itself means by `self` is no field.
        case nodes.Name(name=str(name)) if name != "self":
            return lambda context: context.get(name)
        case nodes.Getattr(node=nodes.Name() | nodes.Getattr() as inner, attr=str(key)):
            read = _field(inner)
            return lambda context: _item(read(context), key)
        case _:
            raise _NotPlain


def _item(value: Any, key: str) -> Any:
    if type(value) is dict:  # nearly every one is, and asking whether it is any mapping takes long
        return value.get(key)
    return value.get(key) if isinstance(value, Mapping) else None
