"""What a field's value holds, in the forms that terms are written in; the same forms as the operators compare."""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from typing import Any, Final

from tocsin.logic.evaluation.exact import is_derived
from tocsin.logic.evaluation.text import fold
from tocsin.logic.evaluation.textcompile import host_of
from tocsin.logic.evaluation.values import is_list, lookup
from tocsin.logic.facts import Facts
from tocsin.logic.vocabulary import Vocabulary
from tocsin.matching.postings import Read, Unusual

_NOTHING: Final[frozenset[Any]] = frozenset()
_TRUE: Final = frozenset({""})


def reader(field: str, vocabulary: Vocabulary) -> Read:
    """Return what reads a field as `var` does."""
    if is_derived(field, vocabulary):
        return lambda facts: facts.derived(field)
    head, dot, rest = field.partition(".")
    if not dot:
        return lambda facts: facts.data.get(head) if type(facts.data) is dict else lookup(facts.data, field)
    if "." in rest:
        return lambda facts: lookup(facts.data, field)

    def read(facts: Facts) -> Any:
        inner = facts.data.get(head) if type(facts.data) is dict else None
        return inner.get(rest) if type(inner) is dict else lookup(facts.data, field)

    return read


def texts(value: Any) -> Iterable[str]:
    """Return the texts that a text operator looks at in a value.

    Raises:
        Unusual: the operator would fail.
    """
    if isinstance(value, str):
        return (value,)
    if value is None:
        return ()
    if is_list(value):
        return [item for item in value if isinstance(item, str)]
    raise Unusual


def words(value: Any, facts: Facts) -> AbstractSet[str]:
    """Return the words of a text, or of all texts in a list."""
    if isinstance(value, str):
        return facts.forms(value).words
    return _NOTHING.union(*(facts.forms(text).words for text in texts(value)))


def folded(value: Any, facts: Facts) -> Iterable[str]:
    """Return the folded text, or those of a list."""
    return [facts.forms(text).folded for text in texts(value)]


def raw(value: Any, facts: Facts) -> Iterable[str]:
    """Return what `in` looks for a text in: a text as it is, or the texts in a list."""
    if isinstance(value, dict):
        raise Unusual
    return texts(value) if isinstance(value, str | list | tuple) else ()


def names(value: Any, facts: Facts) -> AbstractSet[str]:
    """Return the names of accounts, as `from` compares them."""
    if isinstance(value, str):
        return {fold(value).removeprefix("@")}
    return {fold(text).removeprefix("@") for text in texts(value)}


def hosts(value: Any, facts: Facts) -> AbstractSet[str]:
    """Return the hosts of the links in a text or list, and the domains that they are under."""
    links = facts.forms(value).links if isinstance(value, str) else texts(value)
    found: set[str] = set()
    for link in links:
        host = host_of(link)
        while host:
            found.add(host)
            host = host.partition(".")[2]
    return found


def tags(sign: str) -> Callable[[Any, Facts], AbstractSet[str]]:
    """Return what finds the tags with a sign in a text, or takes the elements of a list for them."""

    def found(value: Any, facts: Facts) -> AbstractSet[str]:
        if type(value) is list and not value:
            return _NOTHING
        if isinstance(value, str):
            return {token[1:] for token in facts.forms(value).tokens if token[0] == sign}
        return {fold(text).removeprefix(sign) for text in texts(value)}

    return found


def truths(value: Any, facts: Facts) -> AbstractSet[str]:
    """Return the key of everything that is true, if the value is."""
    return _TRUE if value else _NOTHING


def equals(value: Any, facts: Facts) -> AbstractSet[Any]:
    """Return the constants that a value equals, loosely or strictly: itself, and the text of a number or of null.

    Raises:
        Unusual: it is a truth value, which equals many things, or no scalar.
    """
    if isinstance(value, str):
        return {value}
    if value is None:
        return {"None"}
    if type(value) in {int, float}:
        return {value, str(value)}
    raise Unusual
