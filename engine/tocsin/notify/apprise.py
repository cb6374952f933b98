"""Destinations that apprise delivers to; the only module that imports it, and only when one is made.

apprise is set up so that it does one thing, one send, now: no retries, thread pools, redirects or templates of its own.
"""

import logging
import re
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tocsin.alerting.acklinks import AckUrl, no_ack_url
from tocsin.clock import Clock, SystemClock
from tocsin.config.secret import Secret
from tocsin.config.signing import key_of
from tocsin.errors import ConfigError
from tocsin.model import Alert, AlertId, Delivered, DestinationName, Outcome, Refused, Severity, Unreachable
from tocsin.notify.escape import Family, one_line
from tocsin.notify.familiar import loaded_alone
from tocsin.notify.preview import Preview
from tocsin.notify.probe import Exchange, install, observed
from tocsin.notify.render import BodyFormat, Message, render
from tocsin.notify.rendering.words import COLOUR
from tocsin.notify.signing import signature_headers
from tocsin.notify.textpart import install as install_text_part
from tocsin.notify.textpart import text_part

if TYPE_CHECKING:
    import apprise

SEND_WITHIN = timedelta(seconds=15)
"""How long a send may take in all, every address of the destination together."""

CONNECT_WITHIN_S = 5.0
READ_WITHIN_S = 10.0
"""apprise's own is 4 s each; a slow answer that is cut off means a second copy of the alert."""

_FAMILIES: Mapping[str, Family] = {
    "slack": "slack",
    "discord": "discord",
    "tgram": "telegram",
    "matrix": "matrix",
    "matrixs": "matrix",
    "mailto": "mail",
    "mailtos": "mail",
    "json": "json",
    "jsons": "json",
}
_FORMS: Mapping[str | None, Family] = {"markdown": "discord", "html": "telegram"}
"""How a service without a form of its own is written to; Discord's Markdown and Telegram's HTML are the plainest."""

_LOUDNESS = {
    Severity.INFO: "info",
    Severity.LOW: "info",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "failure",
    Severity.CRITICAL: "failure",
}
_TRY_AGAIN_STATUSES = frozenset({408, 425, 429})
_ANSWER_SHOWN = 200
_MATRIX_ANSWER = b'{"room_id": "!room:localhost", "event_id": "$event", "user_id": "@tocsin:localhost"}'
_NO_SECRETS = frozenset({"tocsin", "alerts"})  # in many a webhook's path, and in every message of ours
_REMEMBERED = 1_000

_NUMBER = re.compile(r"-?\d+", re.ASCII)
_ACK_TOKEN = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{5,64}")
_SMTP_REPLY = re.compile(r"\((?P<code>[245]\d\d), b?(?P<quote>['\"])(?P<text>.*?)(?P=quote)", re.DOTALL)
_SMTP_REFUSED_RECIPIENT = re.compile(r"was refused: (?P<code>[245]\d\d) (?P<text>.*)", re.DOTALL)


def family_of(url: str) -> Family:
    """Return which family of services an apprise URL belongs to."""
    return _FAMILIES.get(url.partition("://")[0].lower(), "plain")


class AppriseDestination:
    """One destination of tocsin.yaml: one or more services, each with an `Apprise()` of its own.

    A later attempt of the same alert goes only to those services that haven't taken it; this is remembered for the
    last 1,000 alerts, in memory. For one thread at a time.
    """

    def __init__(
        self,
        name: DestinationName,
        urls: tuple[Secret, ...],
        *,
        sign: tuple[Secret, ...] = (),
        form: BodyFormat | None = None,
        clock: Clock | None = None,
        send_within: timedelta = SEND_WITHIN,
        ack_url: AckUrl = no_ack_url,
    ) -> None:
        """Load apprise, the first time, and check the URLs. Webhooks are signed with each of `sign`.

        That takes 0.1 s, with a service that isn't familiar 0.3 s. `form` is how services are written to that have no
        form of their own, and mail.

        Raises:
            ConfigError: apprise can't use one of the URLs; the message doesn't show it.
        """
        self.name = name
        self.send_within = send_within
        self._clock = clock or SystemClock()
        self._ack_url = ack_url
        self._services = tuple(_Service(name, number, url, sign, form) for number, url in enumerate(urls, start=1))
        self._taken: OrderedDict[AlertId, set[int]] = OrderedDict()

    def send(self, alert: Alert, attempt: int) -> Outcome:
        """Send to each service that hasn't taken the alert yet; the worst of their outcomes counts."""
        taken = self._taken.setdefault(alert.id, set())
        while len(self._taken) > _REMEMBERED:
            self._taken.popitem(last=False)
        ends_at = self._clock.monotonic() + self.send_within.total_seconds()
        open_services = [service for service in self._services if service.number not in taken]
        outcomes: list[Outcome] = []
        for position, service in enumerate(open_services):
            # A fair share of what is left: a service that hangs must not eat the time of the next.
            now = self._clock.monotonic()
            share = max(0.0, ends_at - now) / (len(open_services) - position)
            exchange = Exchange(self._clock, now + share)
            outcome = service.send(alert, attempt, exchange, self._ack_url(alert))
            outcomes.append(outcome)
            if isinstance(outcome, Delivered):
                taken.add(service.number)
        return _worst(outcomes)

    def preview(self, alert: Alert) -> tuple[Preview, ...]:
        """Return what would leave for each service, without sending it."""
        ends_at = self._clock.monotonic() + self.send_within.total_seconds()
        ack_url = self._ack_url(alert)
        kept = [Exchange(self._clock, ends_at, kept=[]) for _ in self._services]
        return tuple(one.preview(alert, exchange, ack_url) for one, exchange in zip(self._services, kept, strict=True))

    def places(self) -> list[tuple[str, int]]:
        """Return the hosts and ports that messages go to, as far as apprise tells; nothing is opened.

        They are part of a secret: for connecting, not for showing.
        """
        return [place for place in (service.place() for service in self._services) if place is not None]


_HOSTED = ("json", "xml", "form", "matrix", "ntfy", "gotify", "mmost", "rocket")
"""Services whose URLs begin with a host; in those of others a token may stand in its place."""


def _place(service: Any) -> tuple[str, int] | None:
    if hasattr(service, "smtp_host"):
        return str(service.smtp_host), int(service.port or 25)
    secure = bool(getattr(service, "secure", False))
    if str(service.url()).partition("://")[0].rstrip("s") in {name.rstrip("s") for name in _HOSTED} and service.host:
        return str(service.host), int(service.port or (443 if secure else 80))
    for attribute in ("notify_url", "webhook_url", "api_url"):
        address = urlsplit(str(getattr(service, attribute, "") or ""))
        if address.hostname and "{" not in address.netloc:
            return address.hostname, address.port or (80 if address.scheme == "http" else 443)
    return None


class _Service:
    """One apprise URL."""

    def __init__(
        self,
        destination: DestinationName,
        number: int,
        url: Secret,
        sign: tuple[Secret, ...],
        form: BodyFormat | None,
    ) -> None:
        install()
        import apprise

        self.number = number
        self._family: Family = family_of(url.reveal())
        self._secrets = _secret_parts(url.reveal())
        self._keys = [key_of(secret.reveal()) for secret in sign] if self._family == "json" else []
        asset = apprise.AppriseAsset(
            async_mode=False,
            service_timeout=0,
            http_redirects=False,
            app_id="tocsin",
            app_desc="tocsin alerts",
            app_url="",
            image_url_mask="",
            image_url_logo="",
            interpret_escapes=False,
            storage_mode=apprise.PersistentStoreMode.MEMORY,
        )
        self._apprise = apprise.Apprise(asset=asset)
        service = _instantiated(url, asset)
        if service is None:
            raise ConfigError(
                f"destination {destination!r}: its URL no. {number} is not one that apprise understands; "
                "see https://appriseit.com/services/ for their forms (a plain webhook is jsons://host/path)"
            )
        asked = {key for key, _ in parse_qsl(urlsplit(url.reveal()).query)}
        if "cto" not in asked:
            service.socket_connect_timeout = CONNECT_WITHIN_S if self._family != "mail" else READ_WITHIN_S
        if "rto" not in asked:
            service.socket_read_timeout = READ_WITHIN_S
        if self._family == "mail":
            install_text_part()
        self._service: Any = service
        self._size_max: int | None = service.body_maxlen if self._family == "plain" else None
        self._is_text_mail = self._family == "mail" and form == "text"
        if self._is_text_mail or (self._family == "plain" and form is not None):
            service.notify_format = apprise.NotifyFormat(form)
        if self._family == "plain":
            self._family = _FORMS.get(form, "plain")
        self._own_fields: dict[str, str] = dict(getattr(service, "payload_extras", {}))
        self._apprise.add(service)

    def send(self, alert: Alert, attempt: int, exchange: Exchange, ack_url: str | None = None) -> Outcome:
        """Send and say how it ended; never raises for what the service does."""
        message = render(alert, self._family, attempt, ack_url=ack_url, size_max=self._size_max)
        if message.document is not None:
            self._service.payload_extras = _json_fields(message.document) | self._own_fields
        if self._is_text_mail:
            message = replace(message, body=message.text or message.body, body_format="text", text=None)
        self._prepare(alert)
        if self._keys:
            exchange.sign = lambda body: signature_headers(alert.id, exchange.clock.now(), body, self._keys)
        with observed(exchange), text_part(message.text):
            result = self._notified(message, alert.severity)
        if result:
            return Delivered(self._shown(_answer(exchange)))
        return self._failure(exchange, [str(entry.message) for entry in result.logs()])

    def preview(self, alert: Alert, exchange: Exchange, ack_url: str | None) -> Preview:
        """Return what would leave; `exchange` keeps it."""
        message = render(alert, self._family, ack_url=ack_url, size_max=self._size_max)
        if self._family != "mail":
            exchange.answer = _MATRIX_ANSWER if self._family == "matrix" else exchange.answer
            self.send(alert, 1, exchange, ack_url)
        payload = exchange.kept[-1].decode() if exchange.kept else None
        return Preview(self._family, message, None if payload is None else self._masked(payload))

    def place(self) -> tuple[str, int] | None:
        """Return the host and port that messages go to, None where apprise doesn't tell."""
        return _place(self._service)

    def _prepare(self, alert: Alert) -> None:
        """Set what apprise takes from its asset or keeps in the service; one send at a time makes that safe."""
        asset: Any = self._apprise.asset
        asset.html_notify_map = dict.fromkeys(_LOUDNESS.values(), COLOUR[alert.severity])
        if self._family == "matrix" and self._service.password and not self._service.user:
            # With an access token apprise gives every message the same transaction id, and Matrix servers take all but
            # the first for repeats. Ours is the alert's: then a real repeat is one for them too.
            self._service.access_token = self._service.password
            self._service.transaction_id = f"tocsin-{alert.id}"

    def _notified(self, message: Message, severity: Severity) -> Any:
        return self._apprise.notify(
            body=message.body or message.title,
            title="" if message.has_title else message.title,
            body_format=message.body_format,
            notify_type=_LOUDNESS[severity],
            interpret_escapes=False,
            log_level=logging.DEBUG,
        )

    def _failure(self, exchange: Exchange, log: list[str]) -> Outcome:
        if exchange.problem is not None:
            return Unreachable(exchange.problem, exchange.status, exchange.retry_after)
        status = exchange.status
        if status is None:
            return self._failure_without_http(log)
        answer = self._shown(_answer(exchange))
        if 300 <= status < 400:
            return Refused(
                "answered with a redirect, which is never followed: put the final address in the URL", status
            )
        if 400 <= status < 500 and status not in _TRY_AGAIN_STATUSES:
            return Refused(f"refused: {answer}", status)
        if 200 <= status < 300:
            # E.g. Slack's {"ok": false} or a captive portal: it may be another answer next time.
            return Unreachable(f"answered, but did not accept: {answer}", status, exchange.retry_after)
        return Unreachable(answer, status, exchange.retry_after)

    def _failure_without_http(self, log: list[str]) -> Outcome:
        """Mail, and services that speak something else: the log is all that apprise tells."""
        for line in log:
            reply = _SMTP_REPLY.search(line) or _SMTP_REFUSED_RECIPIENT.search(line)
            if reply is not None:
                code = int(reply["code"])
                reason = self._shown(f"the mail server answered {code} {reply['text']}")
                return Refused(reason, code) if code >= 500 else Unreachable(reason, code)
        if self._family == "mail":
            return Unreachable("the mail server can't be reached, or broke off")
        return Unreachable("the service did not take it, and apprise does not say why")

    def _masked(self, text: str) -> str:
        """Return a payload without any part of our URL: a chat's number or a field of the URL's may stand in it."""
        for secret in self._secrets:
            if _NUMBER.fullmatch(secret):  # a Telegram chat's, say, and the payload must stay JSON
                text = re.sub(rf"(?<=[:\[,] ){secret}(?=[,\]}}])", '"***"', text)
            text = text.replace(secret, "***")
        # A service may answer with the message that it was sent, and with the link in it anybody could acknowledge.
        return _ACK_TOKEN.sub("***", text)

    def _shown(self, text: str) -> str:
        """Return a service's words fit to print: one line, short, and without any part of our URL."""
        text = self._masked(one_line(text))
        return text if len(text) <= _ANSWER_SHOWN else text[:_ANSWER_SHOWN] + "…"


def _instantiated(url: Secret, asset: "apprise.AppriseAsset") -> Any:
    import apprise

    try:
        with warnings.catch_warnings():
            # An unfamiliar URL makes apprise import all its services, and some of what they import is deprecated.
            warnings.simplefilter("ignore", DeprecationWarning)
            service = loaded_alone(url, asset)
            if service is not None:
                return service
            return apprise.Apprise.instantiate(url.reveal(), asset=asset, suppress_exceptions=True)
    except (TypeError, ValueError, AttributeError):
        # Some of apprise's parsers trip over a malformed URL, with a message that shows it.
        return None


def _json_fields(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what turns the body of apprise's JSON service into our document, and nothing else.

    An empty value takes one of apprise's own fields out, a name renames it, any other key is added. `title` is
    apprise's already.
    """
    fields = {"version": "", "attachments": "", "type": "", "message": "body"}
    return fields | {name: value for name, value in document.items() if name not in ("title", "body")}


def _answer(exchange: Exchange) -> str:
    words = exchange.body[: _ANSWER_SHOWN * 8].decode("utf-8", "replace").strip()
    return f"{exchange.status} {words}".strip() if exchange.status is not None else ""


def _secret_parts(url: str) -> tuple[str, ...]:
    """Return the parts of a URL that a service might echo and nobody may see, longest first."""
    parts: set[str] = {url}
    split = urlsplit(url)
    for piece in re.split(r"[/@:]", split.netloc.rpartition("@")[0] + "/" + split.path):
        parts |= {piece, unquote(piece)}
    for _, value in parse_qsl(split.query):
        parts.add(value)
    # Tokens stand in the host's place too (slack://TokenA/…); a name as short as "hooks" is no secret.
    parts |= {split.netloc.rpartition("@")[2]}
    return tuple(sorted((part for part in parts - _NO_SECRETS if len(part) >= 6), key=len, reverse=True))


def _worst(outcomes: list[Outcome]) -> Outcome:
    unreachable = [outcome for outcome in outcomes if isinstance(outcome, Unreachable)]
    if unreachable:
        pauses = [outcome.retry_after for outcome in unreachable if outcome.retry_after is not None]
        first = unreachable[0]
        return Unreachable(first.reason, first.status, max(pauses, default=None))
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    if refused:
        return refused[0]
    return next((outcome for outcome in outcomes if isinstance(outcome, Delivered)), Delivered())
