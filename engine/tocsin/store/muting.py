"""What the program asks of a store about silences and acknowledgements; `Store` has one of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from tocsin.alerting.silences import Silence, SilenceId
from tocsin.journal import GaveUp, Silenced
from tocsin.model import AlertId, DestinationName


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """That somebody has taken on an alert; `stopped` are the destinations that now won't hear of it later.

    `stopped` is known only where the acknowledgement has just been made. `is_new` is false if somebody was quicker.
    """

    alert_id: AlertId
    at: datetime
    by: str
    note: str
    stopped: tuple[DestinationName, ...] = ()
    is_new: bool = False


def silenced(silence: Silence, at: datetime, event: Literal["added", "ended", "expired"], by: str) -> Silenced:
    """Return the journal's word of what became of a silence."""
    return Silenced(
        at=at,
        silence=silence.id,
        event=event,
        by=by,
        why=silence.why,
        until=silence.until,
        hidden=silence.hidden,
        loud=silence.loud,
    )


def stopped(alert_id: AlertId, destination: DestinationName, at: datetime) -> GaveUp:
    """Return the journal's word of an escalation that was under way when its alert was acknowledged."""
    reason = "acknowledged before it could be sent"
    return GaveUp(at=at, alert_id=alert_id, destination=destination, reason=reason)


class SilenceStore(Protocol):
    """Keeps silences; whoever changes one is journalled in the same transaction."""

    def add(self, condition: str, *, why: str, by: str, since: datetime, until: datetime) -> Silence:
        """Keep a silence from now on, and return it with the id that it was given."""
        ...

    def end(self, silence_id: SilenceId, now: datetime, by: str) -> Silence | None:
        """End a silence that has not ended yet, and return it; None if there is none."""
        ...

    def expire(self, now: datetime) -> list[Silence]:
        """Mark the silences whose time is up as ended then, and return them."""
        ...

    def unended(self) -> list[Silence]:
        """Return the silences that have not ended, oldest first."""
        ...

    def every(self, *, limit: int = 1000) -> list[Silence]:
        """Return silences, ended ones too, newest first."""
        ...


class AckStore(Protocol):
    """Keeps who has taken on which alert."""

    def acknowledge(self, alert_ids: Sequence[AlertId], now: datetime, *, by: str, note: str = "") -> Ack:
        """Note that alerts (a message, and those that it stands for) are taken on; who was first stays noted.

        What was to be told later of them is taken out of the outbox, all of it in one transaction, journalled for each.
        Returned is what is known of the first.
        """
        ...

    def of(self, alert_id: AlertId) -> Ack | None:
        """Return who has taken on an alert; None if nobody has."""
        ...

    def ids_like(self, prefix: str, limit: int = 2) -> list[AlertId]:
        """Return the ids of alerts, and of messages that stand for several, that begin with a text, at most `limit`."""
        ...

    def stands_for(self, message: AlertId) -> list[AlertId]:
        """Return the alerts that a message of that id stands for: itself and those folded into it, or those bundled.

        Nothing if there is none.
        """
        ...

    def key(self, fresh: bytes) -> bytes:
        """Return the key that links are signed with: the one that is kept, or `fresh`, which is kept then."""
        ...
