"""What the standard operators compute from values, exactly as json-logic-qubit 0.9.1 does, quirks included.

Source: json-logic-qubit 0.9.1, the reference; `tests/property` holds these to it. What it raises, these raise.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

MAX_TEXT: Final = 1024 * 1024
"""Characters that one evaluation may put together."""

MAX_BITS: Final = 14_000
"""The largest integer that arithmetic may produce, in bits: about what Python and JSON readers still write out."""


def is_list(value: object) -> bool:
    """Whether JSON-logic takes the value for an array."""
    return isinstance(value, list | tuple)


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def to_number(value: Any) -> Any:
    """Return a value as the number that arithmetic takes it for.

    Raises:
        ValueError, TypeError, OverflowError: it stands for none.
    """
    if isinstance(value, str) and "." in value:
        value = float(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return int(value)


def _bounded(value: Any) -> Any:
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise OverflowError(f"a number of more than {MAX_BITS} bits")
    return value


def loose_equal(a: Any, b: Any) -> bool:
    """Return `a == b` with JavaScript's leniency, as far as the reference goes."""
    if isinstance(a, str) or isinstance(b, str):
        return str(a) == str(b)
    if isinstance(a, bool) or isinstance(b, bool):
        return bool(a) is bool(b)
    return bool(a == b)


def strict_equal(a: Any, b: Any) -> bool:
    """Return `a === b`: of one type and equal; all numbers are of one type."""
    if type(a) is type(b):
        return bool(a == b)
    if _is_number(a) and _is_number(b):
        return bool(to_number(a) == to_number(b))
    return False


def less(a: Any, b: Any, *rest: Any) -> bool:
    """Return `a < b`, and `b < c` if there is a third."""
    if a is None or b is None:
        return False
    if _is_number(a) or _is_number(b):
        try:
            a, b = to_number(a), to_number(b)
        except TypeError:
            return False
    return bool(a < b) and (not rest or less(b, rest[0]))


def less_or_equal(a: Any, b: Any, *rest: Any) -> bool:
    """Return `a <= b`, and `b <= c` if there is a third."""
    return (less(a, b) or loose_equal(a, b)) and (not rest or less_or_equal(b, rest[0]))


def member(a: Any, b: Any) -> bool:
    """Return whether `a` is in the text or list `b`."""
    return a in b if hasattr(b, "__contains__") else False


def concatenate(*args: Any) -> str:
    """Return the texts of all arguments, joined."""
    parts = [str(arg) for arg in args]
    if sum(map(len, parts)) > MAX_TEXT:
        raise OverflowError(f"a text of more than {MAX_TEXT} characters")
    return "".join(parts)


def substring(source: Any, start: Any, length: Any = None) -> Any:
    """Return a part of a text, negative numbers counting from its end."""
    return source[start:][:length]


def add(*args: Any) -> Any:
    """Return the sum."""
    return to_number(_bounded(sum(to_number(arg) for arg in args)))


def subtract(a: Any, *rest: Any) -> Any:
    """Return `a - b`, or `-a` alone."""
    return to_number(_bounded(to_number(a) - to_number(rest[0]) if rest else -to_number(a)))


def multiply(*args: Any) -> Any:
    """Return the product."""
    total: Any = 1
    for arg in args:
        total = _bounded(total * to_number(arg))
    return to_number(total)


def divide(a: Any, b: Any) -> Any:
    """Return the quotient; dividing by zero raises."""
    return to_number(to_number(a) / to_number(b))


def modulo(a: Any, b: Any) -> Any:
    """Return the remainder, with the divisor's sign."""
    return to_number(to_number(a) % to_number(b))


def smallest(*args: Any) -> Any:
    """Return the smallest argument as a number, None if there is none."""
    return min(to_number(arg) for arg in args) if args else None


def largest(*args: Any) -> Any:
    """Return the largest argument as a number, None if there is none."""
    return max(to_number(arg) for arg in args) if args else None


def merge(*args: Any) -> list[Any]:
    """Return one list of the elements of all arguments; what is no list counts as one element."""
    merged: list[Any] = []
    for arg in args:
        if is_list(arg):
            merged.extend(arg)
        else:
            merged.append(arg)
    return merged


def lookup(data: Any, name: Any, default: Any = None) -> Any:
    """Return what stands at a dotted path, `default` where there is nothing; all of `data` for an empty path.

    Data that is false (null, 0, an empty text or list) counts as an empty object, as in the reference.

    Raises:
        IndexError: an index past the end of a list, as the reference does.
    """
    data = data or {}
    if name is None or name == "":
        return data
    try:
        for key in str(name).split("."):
            try:
                data = data[key]
            except TypeError:
                data = data[int(key)]
    except (KeyError, TypeError, ValueError):
        return default
    return data


def missing(data: Any, *args: Any) -> list[Any]:
    """Return those of the named fields that are absent, null or empty text."""
    names = args[0] if args and is_list(args[0]) else args
    return [name for name in names if lookup(data, name) in (None, "")]


def missing_some(data: Any, need: Any, names: Any) -> list[Any]:
    """Return nothing if at least `need` of the named fields are there, else those that aren't."""
    absent = missing(data, names)
    return [] if len(names) - len(absent) >= need else absent


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "==": loose_equal,
    "===": strict_equal,
    "!=": lambda a, b: not loose_equal(a, b),
    "!==": lambda a, b: not strict_equal(a, b),
    ">": lambda a, b: less(b, a),
    ">=": lambda a, b: less_or_equal(b, a),
    "<": less,
    "<=": less_or_equal,
    "!!": bool,
    "!": lambda a: not a,
    "in": member,
    "cat": concatenate,
    "substr": substring,
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": modulo,
    "min": smallest,
    "max": largest,
    "merge": merge,
}
"""The operators that see nothing but their evaluated arguments."""
