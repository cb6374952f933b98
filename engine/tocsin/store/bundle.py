"""One message for several deliveries: how many it may stand for, and its id."""

from collections.abc import Sequence
from datetime import datetime

from tocsin.journal import Folded
from tocsin.model import Delivery, DestinationName, RuleId, alert_id

BUNDLE_MAX = 1_000
"""How many alerts one message may stand for: 40 ms to read, and 20 KB of ids in a webhook's document."""

_BUNDLER = RuleId("tocsin.bundle")


def made_of(name: DestinationName, members: Sequence[Delivery], now: datetime, *, is_digest: bool) -> Folded:
    """Return the entry that says of what a new message to a destination was made; its `alert_id` is the message's."""
    ids = tuple(delivery.alert.id for delivery in members)
    return Folded(
        at=now,
        alert_id=alert_id(_BUNDLER, name, "\x1f".join(ids)),
        destination=name,
        alert_ids=ids,
        reason="the digest's period is over" if is_digest else "more waited than may be sent one by one",
    )
