"""How deliveries and destinations stand: what a store tells of its outbox, and what is asked and written there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from tocsin.model import Alert, Delivery, DestinationName

State: TypeAlias = Literal["waiting", "sending", "delivered", "dead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A delivery as it stands: `state` is waiting, sending, delivered or dead.

    `reason` is the last failure's, or says for what it is held back. `seq` grows with every new row.
    """

    delivery: Delivery
    state: State
    reason: str = ""
    seq: int = 0

    @property
    def is_escalation(self) -> bool:
        """Whether it waits only for nobody to acknowledge its alert."""
        return self.delivery.escalation is not None and self.state == "waiting" and not self.delivery.attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a destination stands, kept over restarts: its failures in a row, its rest, what it was sent of late.

    The rest lasts from `rested_at` to `resting_until`. `sent` are the times of the last messages, oldest first, as many
    as its limit counts. `noticed_at` is when somebody was last told of dead letters, `untold` how many came after.
    """

    failures: int = 0
    failing_since: datetime | None = None
    rested_at: datetime | None = None
    resting_until: datetime | None = None
    sent: tuple[datetime, ...] = ()
    noticed_at: datetime | None = None
    untold: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What is written together with the end of a send: how destinations stand then, and what is to be sent besides."""

    standings: Mapping[DestinationName, Standing] = field(default_factory=dict)
    alerts: Sequence[Alert] = ()
    deliveries: Sequence[Delivery] = ()


NO_AFTERMATH = Aftermath()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which deliveries are meant; what is None or empty does not narrow it. `before` is about the alert's own time.

    Without `escalations` those are not meant that only wait for nobody to acknowledge their alert.
    """

    states: Sequence[State] = ("waiting", "sending", "dead")
    alert_id: str | None = None
    destination: str | None = None
    rule_id: str | None = None
    before: datetime | None = None
    escalations: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What stands in the outbox for one destination: `waiting` are those that wait or are being sent.

    `oldest_at` is when the oldest waiting alert was raised, None if none waits.
    """

    destination: DestinationName
    waiting: int
    dead: int
    oldest_at: datetime | None
