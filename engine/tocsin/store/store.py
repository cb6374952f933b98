"""What the runtime asks of a store. `tests/conformance/test_store.py` is the suite that each one passes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from tocsin.alerting.ledger import NOTHING, Record
from tocsin.journal import Entry, FellBack
from tocsin.model import Alert, AlertId, Delivery, DestinationName, Held
from tocsin.store.muting import AckStore, SilenceStore
from tocsin.store.questions import ANYTHING, About, AlertOutcome, WithheldCount, known_by
from tocsin.store.standing import NO_AFTERMATH, Aftermath, Backlog, Choice, OutboxRow, Standing, State

__all__ = [
    "ANYTHING", "NO_AFTERMATH", "About", "Aftermath", "AlertOutcome", "Backlog", "Choice", "OutboxRow", "Standing",
    "State", "Store", "WithheldCount", "known_by",
]  # fmt: skip


class Store(Protocol):
    """Keeps what was decided. Methods block; one caller at a time.

    Whatever a writing method returned from is on disk: a kill -9 or power loss after that loses nothing. Where it
    raises `StoreUnavailable` nothing was changed and the same call may be made again.
    """

    @property
    def silences(self) -> SilenceStore:
        """What people have asked not to hear of."""
        ...

    @property
    def acks(self) -> AckStore:
        """Who has taken on which alert."""
        ...

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

    def claim_due(
        self,
        now: datetime,
        limit: int,
        *,
        excluding: Iterable[DestinationName] = (),
        bundling: Mapping[DestinationName, int] | None = None,
    ) -> list[Delivery]:
        """Return waiting deliveries with `due_at <= now`, oldest first, and mark them sending.

        At most one message per destination is ever sending: destinations in `excluding` (busy ones) are passed over,
        and `limit` counts destinations. `attempts` of each is counted up and, if unset, `first_tried_at` set to `now`,
        before the call returns.

        One message may stand for several deliveries, which then are all returned, with the same `bundle`: those of a
        bundle made earlier, all that was held for a digest, or up to as many as `bundling` says for a destination.
        Those whose alert can't be read come with a `problem`, apart from any bundle, and count for nothing.
        """
        ...

    def count_due(self, destination: DestinationName, now: datetime, limit: int) -> int:
        """Return how many deliveries wait there with `due_at <= now`, at most `limit`."""
        ...

    def due(
        self, destination: DestinationName, now: datetime, *, limit: int, skip: int = 0, but: Held | None = None
    ) -> list[Delivery]:
        """Return deliveries that wait there with `due_at <= now`, oldest first, `skip` of them and `limit` at most.

        Those held for `but` are left out. One whose alert can't be read has a `problem`.
        """
        ...

    def hold(
        self, deliveries: Sequence[Delivery], until: datetime, held: Held, reason: str, entries: Sequence[Entry]
    ) -> None:
        """Let waiting deliveries wait until an instant, and say why."""
        ...

    def release(self, destination: DestinationName, now: datetime) -> int:
        """Let what is held back there be due now; return how many were."""
        ...

    def held_at(self) -> list[DestinationName]:
        """Return the destinations at which something is held back."""
        ...

    def withhold(self, deliveries: Sequence[Delivery], entries: Sequence[Entry]) -> None:
        """Take waiting deliveries out of the outbox; the entries say why."""
        ...

    def next_due_at(self, *, excluding: Iterable[DestinationName] = ()) -> datetime | None:
        """Return when the earliest waiting delivery is due, None if nothing waits; those in `excluding` aside."""
        ...

    def settle(self, delivery: Delivery, entries: Sequence[Entry], aftermath: Aftermath = NO_AFTERMATH) -> None:
        """Mark the delivery, and all of its bundle, delivered, with its journal entries."""
        ...

    def retry(
        self,
        delivery: Delivery,
        due_at: datetime,
        reason: str,
        entries: Sequence[Entry],
        aftermath: Aftermath = NO_AFTERMATH,
        *,
        apart: bool = False,
        expired: datetime | None = None,
    ) -> None:
        """Let the delivery, and all of its bundle, wait again until `due_at`; `apart`: no longer as one message.

        Those first tried at `expired` or before become dead letters instead. An escalation of what is acknowledged by
        now is taken out of the outbox instead, journalled.
        """
        ...

    def bury(
        self, delivery: Delivery, reason: str, entries: Sequence[Entry], aftermath: Aftermath = NO_AFTERMATH
    ) -> None:
        """Make the delivery, and all of its bundle, dead letters."""
        ...

    def pass_on(
        self,
        destination: DestinationName,
        to: DestinationName,
        now: datetime,
        reason: str,
        *,
        limit: int,
        after: datetime | None = None,
    ) -> tuple[list[FellBack], datetime | None]:
        """Give what waits at a destination, and is due or was tried, to another one as well; at most `limit` of it.

        Each is given once, and only if the other has not had the alert anyway. Return what was given, as journalled,
        and the due time of the last that was looked at. With it as `after` the next call need not look at what was
        due before; None at the end.
        """
        ...

    def standings(self) -> dict[DestinationName, Standing]:
        """Return how each destination stood when a send there last ended."""
        ...

    def follow_up(self, entries: Sequence[Entry], aftermath: Aftermath) -> None:
        """Write what follows from earlier sends, though none ends now."""
        ...

    def bring_forward(self, latest: datetime) -> int:
        """Let no waiting delivery be due after `latest`; return how many were. For a clock that was set back.

        What is held back stays: it waits for a time of day. An escalation, which is meant to wait, may be due as much
        later.
        """
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

    def select(self, choice: Choice, *, after: int = 0, limit: int = 1000) -> list[OutboxRow]:
        """Return the deliveries that are meant, oldest first, from behind the row whose `seq` is `after`."""
        ...

    def revive(self, alert_id: AlertId, destination: DestinationName, now: datetime) -> bool:
        """Let a waiting or dead delivery be due now, with its attempts counted afresh; False if there is none."""
        ...

    def drop(self, alert_id: AlertId, destination: DestinationName, now: datetime, reason: str) -> bool:
        """Take a waiting or dead delivery out of the outbox, journalled; False if there is none."""
        ...

    def revive_all(self, choice: Choice, now: datetime, *, after: int, up_to: int, limit: int) -> tuple[int, int]:
        """Revive the waiting and dead ones of those that are meant, at most `limit`, in one short transaction.

        Only rows with `after < seq <= up_to`. Return how many were, and the `seq` to go on behind; 0 at the end.
        """
        ...

    def drop_all(
        self, choice: Choice, now: datetime, reason: str, *, after: int, up_to: int, limit: int
    ) -> tuple[int, int]:
        """Drop likewise."""
        ...

    def newest_row(self) -> int:
        """Return the highest `seq` in the outbox; 0 where it is empty."""
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

    def put_in_force(
        self, document: Mapping[str, Any], rules: Mapping[str, str], *, gone: Collection[str] | None = None
    ) -> None:
        """Keep what is in force: a JSON object in the place of what was, and rules, by id, each as a JSON text.

        With `gone`, the rules that were kept before stay, but for those with these ids, and those put in their place.
        """
        ...

    def in_force(self) -> dict[str, Any] | None:
        """Return the object that was last put in force, with `rules`, by id, in it; None if nothing ever was."""
        ...

    def close(self) -> None:
        """Release the store; further calls are errors."""
        ...
