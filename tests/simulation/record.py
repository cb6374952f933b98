"""What really happened in a simulated world, noted by the world itself and not by tocsin."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio

from tocsin.journal import Entry
from tocsin.model import Alert, AlertId, DestinationName, TweetId


class Crashed(BaseException):
    """The process is gone: nothing that it still tries has any effect."""


@dataclass(slots=True)
class Send:
    """One send: whether the service took the alert, what it answered (None: nothing), and whether that was recorded.

    `life` counts the starts of the program. `rows` are the deliveries of the outbox that it stands for: one, or those
    that the dispatcher made one message of.
    """

    alert: Alert
    destination: DestinationName
    life: int
    began_s: float
    ended_s: float | None = None
    accepted: bool = False
    answer: str | None = None
    not_before_s: float = 0.0
    disturbed_s: float = 0.0
    recorded: bool = False
    rows: tuple[AlertId, ...] = ()


@dataclass(slots=True)
class Record:
    """What happened, for the invariants and for whoever reads a failure. Instants are seconds of virtual time."""

    events: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    committed: dict[tuple[AlertId, DestinationName], float] = field(default_factory=dict)
    dropped: set[tuple[AlertId, DestinationName]] = field(default_factory=set)
    """Deliveries that quiet hours took out of the outbox, with an entry that says so."""
    alerts: dict[AlertId, Alert] = field(default_factory=dict)
    given: dict[TweetId, tuple[int, float]] = field(default_factory=dict)
    """Tweets that reached tocsin's inbox: in which life, and when."""
    journalled: list[tuple[int, Entry]] = field(default_factory=list)
    connected_s: list[float] = field(default_factory=list)
    """When it was written down that the stream is seen: before the first of these nothing is known of it."""
    steps: set[str] = field(default_factory=set)
    died_at: set[str] = field(default_factory=set)
    life: int = 0
    crashes: int = 0
    failed_after_effect: bool = False
    is_hopeless: bool = False
    """So broken that the world would go on for ever."""
    _by_delivery: dict[tuple[AlertId, DestinationName], list[Send]] = field(default_factory=dict)
    _last: dict[DestinationName, Send] = field(default_factory=dict)
    disturbed_s: float = 0.0
    """When anything last went wrong that holds up every destination: process, disk, clock."""

    def note(self, what: str) -> None:
        """Add to the log of events."""
        self.events.append(f"{anyio.current_time():14.6f} {what}")

    def breaks(self, promise: str) -> None:
        """Note that a promise is broken."""
        self.note(f"BROKEN {promise}")
        self.broken.append(promise)

    def begin(self, send: Send) -> None:
        """Note that a send begins, and what is wrong with that."""
        last = self._last.get(send.destination)
        if last is not None and last.life == send.life:
            if last.ended_s is None:
                self.breaks(f"P5: two sends at once to {send.destination}")
            if last.not_before_s > send.began_s:
                self.breaks(f"{send.destination} asked to wait until {last.not_before_s:.3f} s, and was not heard")
        alert = send.alert
        is_row = (alert.id, send.destination) in self.committed
        send.rows = (alert.id,) if is_row or not alert.folded else alert.folded
        for identity in send.rows:
            if any(s.answer == "delivered" and s.recorded for s in self.sends_of(identity, send.destination)):
                self.breaks(f"P2: {identity} is sent to {send.destination} again, though it was recorded as delivered")
        for identity in {alert.id, *send.rows}:
            self._by_delivery.setdefault((identity, send.destination), []).append(send)
        send.disturbed_s = self.disturbed_s
        self._last[send.destination] = send
        self.sends.append(send)

    def sends_of(self, alert_id: AlertId, destination: DestinationName) -> Sequence[Send]:
        """Return the sends of a delivery, oldest first."""
        return self._by_delivery.get((alert_id, destination), ())
