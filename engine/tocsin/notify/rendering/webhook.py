"""The JSON document of a webhook; docs/reference/delivery.md describes it field by field, alert.schema.json exactly."""

import math
from collections.abc import Mapping
from typing import Any

from tocsin.model import Alert, Json
from tocsin.notify.rendering.links import own_url, tweet_url

DOCUMENT_VERSION = 1
"""The `tocsin` field of the document; it goes up only when a field changes its meaning or goes away."""


def document(alert: Alert, title: str, body: str, attempt: int, ack_url: str | None = None) -> dict[str, Any]:
    """Return the document: the same for each attempt but for `attempt`."""
    return {
        "tocsin": DOCUMENT_VERSION,
        "alert_id": alert.id,
        "rule": alert.rule_id,
        "key": alert.key,
        "severity": alert.severity.value,
        "at": alert.at.isoformat(),
        "title": title,
        "body": body,
        "labels": dict(alert.labels),
        "because": list(alert.because),
        "held_back": alert.held_back,
        "held_since": alert.held_since.isoformat() if alert.held_since is not None else None,
        "folded": list(alert.folded),
        "attempt": attempt,
        "url": tweet_url(alert),
        "ack_url": own_url(ack_url),
        "tweet": _as_json(alert.tweet.data),
    }


def _as_json(value: Any) -> Json:
    """Return plain JSON: mappings as dicts, numbers that JSON hasn't (NaN, infinities) as null."""
    if isinstance(value, Mapping):
        return {str(name): _as_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float):
        return value
    return str(value)
