"""Signed links by which whoever got a message acknowledges its alert."""

import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal, TypeAlias

from tocsin.model import Alert, AlertId

LASTS = timedelta(days=7)
"""How long after its alert a link can be used."""

AckUrl: TypeAlias = Callable[[Alert], str | None]
"""Returns the link for an alert; None where there are no links."""

Verdict: TypeAlias = Literal["valid", "expired", "wrong"]

_TOKEN = re.compile(r"([0-9a-f]{1,12})-([0-9a-f]{64})")


def no_ack_url(alert: Alert) -> None:
    """Return that there is no link."""
    return


class AckLinks:
    """Makes and checks links; each is good for one alert and until a week after it, and the same however often sent.

    The token is HMAC-SHA256 over the alert's id and the end of its time. Nothing of the key can be told from it.
    """

    def __init__(self, public_url: str, key: bytes) -> None:
        """Take what links begin with, without a slash at the end, and the secret key."""
        self._public_url = public_url
        self._key = key

    def url(self, alert: Alert) -> str:
        """Return the link for an alert; it has no character in it that any markup would have to escape."""
        return f"{self._public_url}/ack/{alert.id}?token={self._token(alert.id, alert.at + LASTS)}"

    def check(self, alert_id: AlertId, token: str, now: datetime) -> Verdict:
        """Return whether a token is for the alert, and still good. Takes as long for any wrong one."""
        found = _TOKEN.fullmatch(token)
        ends_at_s = int(found[1], 16) if found else 0
        expected = self._mac(alert_id, ends_at_s)
        if not hmac.compare_digest(expected, found[2] if found else ""):
            return "wrong"
        return "valid" if now.timestamp() < ends_at_s else "expired"

    def _token(self, alert_id: AlertId, ends_at: datetime) -> str:
        ends_at_s = int(ends_at.astimezone(UTC).timestamp())
        return f"{ends_at_s:x}-{self._mac(alert_id, ends_at_s)}"

    def _mac(self, alert_id: AlertId, ends_at_s: int) -> str:
        signed = f"tocsin ack\x1f{alert_id}\x1f{ends_at_s}"
        return hmac.new(self._key, signed.encode("utf-8", "surrogatepass"), sha256).hexdigest()
