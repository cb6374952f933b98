"""Whom the server lets in: the path, the key, and how an HTTP refusal looks."""

import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from wsproto.events import RejectConnection, RejectData, Request

PATH: Final = "/ws"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP answer in place of a WebSocket."""

    status: int
    message: str
    headers: tuple[tuple[str, str], ...] = ()

    def events(self) -> tuple[RejectConnection, RejectData]:
        """Return it as wsproto sends it."""
        body = json.dumps({"error": self.message}).encode()
        headers = [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("connection", "close"),
            *self.headers,
        ]
        head = RejectConnection(
            status_code=self.status,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            has_body=True,
        )
        return head, RejectData(data=body, body_finished=True)


def key_of(request: Request, allowed: frozenset[str]) -> str | Refusal:
    """Return the key that a handshake carries, or why it isn't let in.

    The key is in `Authorization: Bearer KEY` or, for browsers, which can't send that, in `?api_key=KEY`. Without
    `allowed` keys any is good that isn't empty.
    """
    target = urlsplit(request.target)
    if target.path != PATH:
        return Refusal(404, f"there is nothing here but {PATH}")
    headers = dict(request.extra_headers)
    scheme, _, bearer = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    key = bearer.strip() if scheme.lower() == "bearer" else ""
    if not key:
        key = parse_qs(target.query).get("api_key", [""])[0].strip()
    if not key or (allowed and key not in allowed):
        return Refusal(401, "missing or unknown API key", (("www-authenticate", "Bearer"),))
    return key
