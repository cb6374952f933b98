"""What would leave, for eyes: the message, and the very payload."""

import json
from dataclasses import dataclass
from typing import Any

from tocsin.notify.escape import Family, printable_json
from tocsin.notify.rendering.message import Message


@dataclass(frozen=True, slots=True)
class Preview:
    """A message for one service, and the body of the request that brings it; None where there is no request."""

    family: Family
    message: Message
    payload: str | None = None

    def text(self) -> str:
        """Return the message as the service gets it, without what it is wrapped in; of a mail, the text part."""
        message, sent = self.message, self.fields()
        match self.family:
            case "mail":
                return f"Subject: {message.title}\n\n{message.text or ''}"
            case "json":
                return printable_json(json.dumps(sent or message.document, indent=2, ensure_ascii=False))
            case "slack" if isinstance(sent, dict):
                [attachment] = sent["attachments"]
                return f"{attachment['title']}\n{attachment['text']}"
            case "discord" if isinstance(sent, dict):
                return _lines(sent["content"])
            case "telegram" if isinstance(sent, dict):
                return _lines(sent["text"])
            case "matrix" if isinstance(sent, dict):
                return _lines(sent["formatted_body"])
            case _:
                return message.body if message.has_title else f"{message.title}\n{message.body}"

    def fields(self) -> Any:
        """Return the payload as JSON; None if it is none."""
        if self.payload is None:
            return None
        try:
            return json.loads(self.payload)
        except ValueError:
            return None


def _lines(text: object) -> str:
    return str(text).replace("\r\n", "\n")
