"""Proofs that a change makes no difference whatever the tweet says, so that no test can be asked to notice it."""

from tocsin.logic.ast import Call, Literal
from tocsin.logic.evaluation.text import SIGNS, find_word, fold
from tocsin.proving.changes import Change

_TAGS = {"hashtag": "#", "mention": "@", "cashtag": "$", "from": "@"}


def proof_of_equivalence(change: Change) -> str:
    """Return why a change makes no difference, an empty text where that can't be shown."""
    node = change.node
    if change.word is None or not isinstance(node, Call):
        return ""
    texts = [str(arg.value) for arg in node.args[1:] if isinstance(arg, Literal)]
    if texts.count(change.word) > 1:
        return f"'{change.word}' stands there twice"
    for other in texts:
        if other != change.word and _covers(node.op, other, change.word):
            return f"'{other}' finds whatever '{change.word}' finds"
    return ""


def _covers(op: str, other: str, word: str) -> bool:
    """Whether a text that has `word`, as the operator looks for it, surely has `other` too.

    Of `all_words` the other way round: whether what has `other` surely has `word`.
    """
    wide, narrow = fold(other), fold(word)
    match op:
        case "contains":
            return wide in narrow
        case "starts_with":
            return narrow.startswith(wide)
        case "ends_with":
            return narrow.endswith(wide)
        case "word":
            return _is_word_of(wide, narrow)
        case "all_words":
            return _is_word_of(narrow, wide)
        case "hashtag" | "mention" | "cashtag" | "from":
            return wide.removeprefix(_TAGS[op]) == narrow.removeprefix(_TAGS[op])
        case _:
            return False


def _is_word_of(inner: str, outer: str) -> bool:
    """Whether `inner` stands as a word wherever `outer` does.

    Where it ends as `outer` ends, what may follow depends on whether the two begin with a sign: so both or neither.
    """
    inner, outer = " ".join(inner.split()), " ".join(outer.split())
    return (inner[0] in SIGNS) == (outer[0] in SIGNS) and find_word(inner, outer)
