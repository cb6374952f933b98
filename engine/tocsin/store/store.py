"""What the runtime asks of a store. `tests/conformance/test_store.py` is the suite that each one passes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol, TypeAlias

from tocsin.alerting.ledger import Record
from tocsin.journal import Entry
from tocsin.model import Alert, AlertId, Delivery, DestinationName, RuleId

NOTHING: Final[Mapping[str, "Record | None"]] = MappingProxyType({})

State: TypeAlias = Literal["waiting", "sending", "delivered", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A delivery as it stands: `state` is waiting, sending, delivered or dead; `reason` the last failure's."""

    delivery: Delivery
    state: State
    reason: str = ""


AlertOutcome: TypeAlias = Literal["sent", "failed"]
"""`sent`: a delivery arrived. `failed`: one was given up on, or failed and is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What journal entries are about; all that is given must be so."""

    tweet_id: str | None = None
    alert_id: str | None = None
    rule_id: str | None = None


ANYTHING: Final = About()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldCount:
    """How many alerts of a rule were held back for one reason, and when first and last."""

    rule_id: RuleId
    reason: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What stands in the outbox for one destination: `waiting` are those that wait or are being sent.

    `oldest_at` is when the oldest waiting alert was raised, None if none waits.
    """

    destination: DestinationName
    waiting: int
    dead: int
    oldest_at: datetime | None


def known_by(alerts: Iterable[Alert], remembered: Sequence[tuple[AlertId, datetime]]) -> list[tuple[AlertId, datetime]]:
    """Return the ids that are known by a batch, each once, and when they came."""
    ids = {alert_id for alert_id, _ in remembered}
    return [*remembered, *((alert.id, alert.at) for alert in alerts if alert.id not in ids)]


class Store(Protocol):
    """Keeps what was decided. Methods block; one caller at a time.

    Whatever a writing method returned from is on disk: a kill -9 or power loss after that loses nothing. Where it
    raises `StoreUnavailable` nothing was changed and the same call may be made again.
    """

    def commit(
        self,
        alerts: Sequence[Alert],
        deliveries: Sequence[Delivery],
        entries: Sequence[Entry],
        *,
        state: Mapping[str, Record | None] = NOTHING,
        remembered: Sequence[tuple[AlertId, datetime]] = (),
    ) -> int:
        """Write a batch in one transaction; return how many deliveries are new.

        An alert whose id is known is left as it was, and so are deliveries already known for (alert, destination).
        `state` are records to keep by name, None for those to forget. `remembered` are ids of matches to be known as
        those of the alerts are, each with the instant at which it came.
        """
        ...

    def claim_due(self, now: datetime, limit: int, *, excluding: Iterable[DestinationName] = ()) -> list[Delivery]:
        """Return waiting deliveries with `due_at <= now`, oldest first, and mark them sending.

        At most one per destination is ever sending: destinations in `excluding` (busy ones) are passed over.
        `attempts` of each is counted up and, if unset, `first_tried_at` set to `now`, before the call returns.
        """
        ...

    def next_due_at(self, *, excluding: Iterable[DestinationName] = ()) -> datetime | None:
        """Return when the earliest waiting delivery is due, None if nothing waits; those in `excluding` aside."""
        ...

    def settle(self, delivery: Delivery, entries: Sequence[Entry]) -> None:
        """Mark the delivery delivered, with its journal entries."""
        ...

    def retry(self, delivery: Delivery, due_at: datetime, reason: str, entries: Sequence[Entry]) -> None:
        """Let the delivery wait again until `due_at`."""
        ...

    def bury(self, delivery: Delivery, reason: str, entries: Sequence[Entry]) -> None:
        """Make the delivery a dead letter."""
        ...

    def bring_forward(self, latest: datetime) -> int:
        """Let no waiting delivery be due after `latest`; return how many were. For a clock that was set back."""
        ...

    def recover(self) -> int:
        """Let every delivery that a crash left sending wait again; return how many. Called once at start."""
        ...

    def known_alerts(self, limit: int, after: int = 0) -> tuple[list[AlertId], int]:
        """Return ids of alerts and of what was remembered beside them, oldest first, and the place of the last.

        At most `limit`, those behind the place `after`; none behind the last.
        """
        ...

    def forget_alerts(self, before: datetime, *, keep: int, limit: int = 10_000) -> int:
        """Forget ids that came before an instant, oldest first, but never the newest `keep`; return how many went.

        At most `limit` in one short transaction. The alerts themselves stay.
        """
        ...

    def state(self) -> dict[str, dict[str, Any]]:
        """Return every record that `commit` was given to keep, by name."""
        ...

    def alerts(
        self,
        *,
        limit: int,
        rule_id: str | None = None,
        since: datetime | None = None,
        outcome: AlertOutcome | None = None,
    ) -> list[Alert]:
        """Return alerts, newest first; those at or after `since`, and of which a delivery had the outcome, if given."""
        ...

    def alert(self, alert_id: str) -> Alert | None:
        """Return the alert of that id; None if there is none."""
        ...

    def outbox(
        self,
        *,
        states: Sequence[State] = ("waiting", "sending", "dead"),
        limit: int = 1000,
        alert_id: str | None = None,
        destination: str | None = None,
    ) -> list[OutboxRow]:
        """Return deliveries in the given states, oldest first."""
        ...

    def backlog(self) -> list[Backlog]:
        """Return what waits and what was given up on, for each destination that has either."""
        ...

    def revive(self, alert_id: AlertId, destination: DestinationName, now: datetime) -> bool:
        """Let a waiting or dead delivery be due now, with its attempts counted afresh; False if there is none."""
        ...

    def drop(self, alert_id: AlertId, destination: DestinationName, now: datetime, reason: str) -> bool:
        """Take a waiting or dead delivery out of the outbox, journalled; False if there is none."""
        ...

    def journal(
        self,
        *,
        kinds: Sequence[str] = (),
        limit: int = 1000,
        about: About = ANYTHING,
        since: datetime | None = None,
        until: datetime | None = None,
        oldest_first: bool = False,
    ) -> list[dict[str, Any]]:
        """Return journal records (`journal.as_record` form), newest first; all kinds if none are named.

        `since` and `until` are both included. What is `about` something is found without reading the rest.
        `oldest_first` turns the order round.
        """
        ...

    def withheld(self, *, rule_id: str | None = None, since: datetime | None = None) -> list[WithheldCount]:
        """Return how many alerts were held back, per rule and reason, most first."""
        ...

    def prune(self, before: datetime, *, kinds: Sequence[str] = (), limit: int = 10_000) -> int:
        """Forget what is older: journal entries, deliveries that arrived, and alerts left without any delivery.

        With `kinds` only journal entries of those kinds.
        At most `limit` of each in one short transaction; return how many went in all, 0 when nothing older is left.
        Waiting, sending and dead deliveries stay, and so do their alerts.
        """
        ...

    def put_in_force(self, document: Mapping[str, Any]) -> None:
        """Keep what is in force, a JSON object, in the place of what was."""
        ...

    def in_force(self) -> dict[str, Any] | None:
        """Return what was last put in force; None if nothing ever was."""
        ...

    def close(self) -> None:
        """Release the store; further calls are errors."""
        ...
