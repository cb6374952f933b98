"""Lists of words: inline, in a file beside the rules, or by reference."""

from collections.abc import Callable
from pathlib import Path as FilePath

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.rules.reading.schema import describe, wrong_type

MAX_LIST_BYTES = 8 << 20
"""The largest list file that is read."""

Words = tuple[tuple[str, ...], list[Problem]]


def words(value: object, at: Path, lookup: Callable[[str, Path], tuple[str, ...] | Problem] | None = None) -> Words:
    """Return the texts that a value stands for (one text, or a list of texts) and what is wrong with it.

    With `lookup`, `{list: name}` is taken too, whole or as an item.
    """
    items = value if isinstance(value, list) else [value]
    found: list[str] = []
    problems: list[Problem] = []
    for index, item in enumerate(items):
        place = (*at, index) if isinstance(value, list) else at
        match item:
            case str() if item.strip():
                found.append(item)
            case str():
                problems.append(Problem(code="empty-text", message="an empty text matches nothing", at=place))
            case {"list": str() as name, **rest} if not rest and lookup is not None:
                listed = lookup(name, (*place, "list"))
                if isinstance(listed, Problem):
                    problems.append(listed)
                else:
                    found += listed
            case _:
                problems.append(wrong_type("text", item, place))
    if not items:
        problems.append(Problem(code="empty-list", message="an empty list matches nothing", at=at, hint="leave it out"))
    return tuple(dict.fromkeys(found)), problems


def list_words(value: object, at: Path, folder: FilePath) -> Words:
    """Return the words of one entry of `lists:`, read from `folder` where it is `{file: …}`, and what is wrong."""
    match value:
        case list():
            return words(value, at)
        case {"file": str() as name, **rest} if not rest:
            return _file_words(folder / name, name, (*at, "file"))
        case _:
            message = f"expected a list or {{file: …}}, found {describe(value)}"
            return (), [
                Problem(code="wrong-type", message=message, at=at, hint="write [one, two] or {file: words.txt}")
            ]


def list_file(value: object, folder: FilePath) -> FilePath | None:
    """Return the file that one entry of `lists:` is read from, None where its words stand in the rule file."""
    match value:
        case {"file": str() as name, **rest} if not rest:
            return folder / name
        case _:
            return None


def _file_words(path: FilePath, name: str, at: Path) -> Words:
    """One entry a line; blank lines and lines that begin with `# ` are left out, `#tag` is an entry."""
    try:
        if path.exists() and not path.is_file():
            return (), [_bad_file(f"{name!r} is not a file", at)]
        if path.stat().st_size > MAX_LIST_BYTES:
            return (), [_bad_file(f"{name!r} is larger than {MAX_LIST_BYTES:,} bytes", at)]
        with path.open("rb") as file:
            raw = file.read(MAX_LIST_BYTES + 1)
        if len(raw) > MAX_LIST_BYTES:
            return (), [_bad_file(f"{name!r} has no end within {MAX_LIST_BYTES:,} bytes", at)]
        lines = raw.decode("utf-8-sig").splitlines()
    except OSError as error:
        return (), [_bad_file(f"{name!r} can't be read: {error.strerror or error}", at)]
    except (UnicodeDecodeError, ValueError):
        return (), [_bad_file(f"{name!r} is not UTF-8 text", at)]
    entries = (line.strip() for line in lines)
    found = tuple(dict.fromkeys(entry for entry in entries if entry and entry != "#" and not entry.startswith("# ")))
    return (found, []) if found else ((), [_bad_file(f"{name!r} has no entries", at)])


def _bad_file(message: str, at: Path) -> Problem:
    return Problem(
        code="list-file", message=message, at=at, hint="the path counts from the rule file; one entry a line"
    )
