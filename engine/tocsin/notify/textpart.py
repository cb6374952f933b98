"""Gives a mail the text part that we wrote: apprise makes one of the HTML by leaving the tags out.

It does so through one function, wrapped here; the wrapper does nothing unless the calling context holds a text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_text: ContextVar[str | None] = ContextVar("tocsin_text_part", default=None)


@contextmanager
def text_part(text: str | None) -> Iterator[None]:
    """Let mails that this context sends have that text part; None leaves it to apprise."""
    token = _text.set(text)
    try:
        yield
    finally:
        _text.reset(token)


def install() -> None:
    """Wrap `convert_between` of apprise's mails, once. A test on a real mail notices if an upgrade renames it."""
    from apprise.plugins.email import base

    module: Any = base
    original = module.convert_between
    if getattr(original, "is_tocsin_text_part", False):
        return

    def convert_between(*arguments: Any, **options: Any) -> Any:
        text = _text.get()
        return original(*arguments, **options) if text is None else text

    convert_between.is_tocsin_text_part = True  # type: ignore[attr-defined]
    module.convert_between = convert_between
