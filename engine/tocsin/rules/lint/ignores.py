"""Takes out the warnings that comments ignore, and tells of comments that ignore nothing.

A comment holds through its last day; after that it ignores nothing and is a warning itself, as is one that has nothing
to ignore. Errors can't be ignored.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from tocsin.rules.diagnostics.codes import NUMBERS
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.lint.comments import Ignore, read_ignores
from tocsin.rules.lint.subject import warning
from tocsin.rules.syntax.document import Document


def without_ignored(
    diagnostics: Iterable[Diagnostic], documents: Iterable[Document], today: date, *, unjudged: Collection[str] = ()
) -> list[Diagnostic]:
    """Return the diagnostics that no comment ignores, and what is wrong with the comments.

    `unjudged` are codes that were not looked for: that a comment finds nothing of them to ignore means nothing.
    """
    kept: list[Diagnostic] = []
    by_code: dict[tuple[str, str], list[Ignore]] = defaultdict(list)
    for document in documents:
        ignores, problems = read_ignores(document)
        kept += problems
        for ignore in ignores:
            by_code[document.file, ignore.code].append(ignore)
    met: set[Ignore] = set()
    for found in diagnostics:
        around = by_code.get((found.span.file, found.code), ()) if found.severity == "warning" else ()
        applying = [ignore for ignore in around if found.span.line in ignore.lines]
        met.update(applying)
        if all(_is_past(ignore, today) for ignore in applying):
            kept.append(found)
    everything = (ignore for ignores in by_code.values() for ignore in ignores if ignore.code not in unjudged)
    return [*kept, *_about(everything, met, today)]


def _about(ignores: Iterable[Ignore], met: Collection[Ignore], today: date) -> Iterator[Diagnostic]:
    for ignore in ignores:
        named = f"{NUMBERS[ignore.code]} {ignore.code}"
        if _is_past(ignore, today):
            message = f"this ignored {named} until {ignore.until}, which is past"
            hint = "mend what it hid, or give it a new date" if ignore in met else "take it out: it hides nothing"
            yield warning("expired-ignore", ignore.span, message, hint)
        elif ignore not in met:
            message = f"there is no warning {named} here to ignore"
            yield warning("idle-ignore", ignore.span, message, "take it out; errors can't be ignored")


def _is_past(ignore: Ignore, today: date) -> bool:
    return ignore.until is not None and ignore.until < today
