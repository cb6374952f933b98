"""The page behind the link in a message: it shows the alert, and a button that acknowledges it.

Only the button does: chats and mail scanners fetch every link that they see. Whoever has the link needs nothing else,
so the page tells nobody where it came from, is kept by no cache and goes into no frame.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from tocsin.alerting.acklinks import AckLinks
from tocsin.clock import Clock
from tocsin.errors import StoreError
from tocsin.journal import Acknowledged, Entry
from tocsin.model import Alert, AlertId
from tocsin.notify.escape import one_line
from tocsin.runtime.serial import Serial
from tocsin.store.muting import Ack
from tocsin.store.store import Store
from tocsin.telemetry.http import Request, Response

PREFIX: Final = "/ack/"

_NAME_MAX = 60
_FORM_MAX = 4096
_TITLE_MAX = 300
_UNNAMED = "somebody with the link"
_HEADERS: Final = (
    ("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Cache-Control", "no-store"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AckPage:
    """Answers requests for paths that begin with `PREFIX`; `on_entry` hears of each new acknowledgement."""

    links: AckLinks
    store: Store
    in_store: Serial
    clock: Clock
    on_entry: Callable[[Entry], None]

    async def answer(self, request: Request) -> Response:
        """Answer one request; without a token that is good nothing is told, not even whether there is such an alert."""
        if request.method not in {"GET", "HEAD", "POST"}:
            return _page(HTTPStatus.METHOD_NOT_ALLOWED, "<p>Only GET and POST.</p>")
        alert_id = AlertId(request.path.removeprefix(PREFIX))
        match self.links.check(alert_id, request.query.get("token", ""), self.clock.now()):
            case "wrong":
                return _page(HTTPStatus.FORBIDDEN, "<p>This is not a link from a message of tocsin.</p>")
            case "expired":
                said = f"<p>This link is too old. On the machine: <code>tocsin ack {escape(alert_id)}</code></p>"
                return _page(HTTPStatus.GONE, said)
            case "valid":
                return await self._answer_for(alert_id, request)

    async def _answer_for(self, alert_id: AlertId, request: Request) -> Response:
        try:
            meant = await self.in_store(self.store.acks.stands_for, alert_id)
            if not meant:
                return _page(HTTPStatus.NOT_FOUND, "<p>This alert is no longer kept.</p>")
            alert = await self.in_store(self.store.alert, meant[0])
            if request.method == "POST":
                ack: Ack | None = await self._acknowledge(alert_id, meant, _name_in(request.body))
            else:
                ack = await self.in_store(self.store.acks.of, alert_id)
        except StoreError:
            return _page(HTTPStatus.SERVICE_UNAVAILABLE, "<p>The state can't be used at the moment. Try again.</p>")
        return _page(HTTPStatus.OK, _about(alert, len(meant)) + (_FORM if ack is None else _taken(ack)))

    async def _acknowledge(self, message: AlertId, meant: Sequence[AlertId], by: str) -> Ack:
        now = self.clock.now()
        every = list(dict.fromkeys([message, *meant]))
        ack = await self.in_store(lambda: self.store.acks.acknowledge(every, now, by=by))
        if ack.is_new:
            self.on_entry(Acknowledged(at=now, alert_id=message, by=ack.by, note=ack.note, stopped=ack.stopped))
        return ack


_FORM: Final = (
    '<form method="post"><p><label>Your name <input name="by" maxlength="60" autocomplete="name"></label> '
    '<button type="submit">Acknowledge</button></p></form>'
)


def _name_in(body: bytes) -> str:
    try:
        name = dict(parse_qsl(body[:_FORM_MAX].decode("utf-8", "replace"), max_num_fields=10)).get("by", "")
    except ValueError:
        # Not the form of this page. The alert is acknowledged all the same: whoever sent it has the link.
        name = ""
    return one_line(name)[:_NAME_MAX].strip() or _UNNAMED


def _about(alert: Alert | None, count: int) -> str:
    """Return what the page says of the alert, or of the first of several."""
    if alert is None:
        return f"<h1>{count} alerts</h1>"
    at = alert.at.isoformat(sep=" ", timespec="minutes")[:16]
    title = escape(one_line(alert.title.plain())[:_TITLE_MAX])
    more = f"<p>and {count - 1} more</p>" if count > 1 and not alert.folded else ""
    about = f"{alert.severity.value} · {escape(alert.rule_id)} · {at} UTC · {escape(alert.id)}"
    return f"<h1>{title}</h1><p>{about}</p>{more}"


def _taken(ack: Ack) -> str:
    at = ack.at.isoformat(sep=" ", timespec="minutes")[:16]
    stopped = f" Not told any more: {escape(', '.join(ack.stopped))}." if ack.stopped else ""
    return f"<p>Acknowledged by {escape(ack.by)}, {at} UTC.{stopped}</p>"


def _page(status: HTTPStatus, content: str) -> Response:
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>tocsin</title></head><body>{content}</body></html>\n"
    )
    return Response(
        status=status,
        body=body.encode("utf-8", "replace"),
        headers=_HEADERS,
        content_type="text/html; charset=utf-8",
    )
