"""What is handed to a service."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

BodyFormat: TypeAlias = Literal["text", "html", "markdown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A rendered alert.

    `title` goes beside the body, unless the body `has_title` already. `text` is the text part of a mail, whose body is
    HTML. `document` is set for the family json and is then all that is sent.
    """

    title: str
    body: str
    body_format: BodyFormat
    has_title: bool = False
    text: str | None = None
    document: Mapping[str, Any] | None = None
