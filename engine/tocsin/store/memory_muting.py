"""Silences and acknowledgements without a disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tocsin.alerting.silences import Silence, SilenceId
from tocsin.journal import Acknowledged, Entry, Withheld
from tocsin.model import AlertId, DestinationName
from tocsin.store.muting import Ack, silenced


class MemorySilences:
    """A `SilenceStore` in a dictionary; `write` is how its owner journals."""

    def __init__(self, write: Callable[[Sequence[Entry]], None]) -> None:
        self._write = write
        self._silences: dict[SilenceId, Silence] = {}
        self._given = 0

    def add(self, condition: str, *, why: str, by: str, since: datetime, until: datetime) -> Silence:
        """Keep a silence from now on, and return it with the id that it was given."""
        self._given += 1
        silence = Silence(
            id=SilenceId(f"s{self._given}"), condition=condition, why=why, by=by, since=since, until=until
        )
        self._silences[silence.id] = silence
        self._write([silenced(silence, since, "added", by)])
        return silence

    def end(self, silence_id: SilenceId, now: datetime, by: str) -> Silence | None:
        """End a silence that has not ended yet, and return it; None if there is none."""
        silence = self._silences.get(silence_id)
        if silence is None or silence.ended_at is not None:
            return None
        ended = replace(silence, ended_at=min(now, silence.until), ended_by=by)
        self._silences[silence_id] = ended
        self._write([silenced(ended, now, "ended", by)])
        return ended

    def expire(self, now: datetime) -> list[Silence]:
        """Mark the silences whose time is up as ended then, and return them."""
        expired = [replace(each, ended_at=each.until) for each in self.unended() if each.until <= now]
        self._silences |= {each.id: each for each in expired}
        self._write([silenced(each, now, "expired", "") for each in expired])
        return expired

    def unended(self) -> list[Silence]:
        """Return the silences that have not ended, oldest first."""
        return [each for each in self._silences.values() if each.ended_at is None]

    def every(self, *, limit: int = 1000) -> list[Silence]:
        """Return silences, ended ones too, newest first."""
        return list(self._silences.values())[::-1][:limit]

    def count(self, entries: Sequence[Entry]) -> None:
        """Count the alerts that silences hid."""
        for entry in entries:
            if not isinstance(entry, Withheld) or entry.silence is None:
                continue
            silence = self._silences.get(SilenceId(entry.silence))
            if silence is not None:
                loud = silence.loud + (entry.severity is not None and entry.severity.is_loud)
                self._silences[silence.id] = replace(silence, hidden=silence.hidden + 1, loud=loud)

    def forget(self, before: datetime, limit: int) -> int:
        """Forget silences that ended before; return how many."""
        old = [each.id for each in self._silences.values() if each.ended_at is not None and each.ended_at < before]
        for silence_id in old[:limit]:
            del self._silences[silence_id]
        return len(old[:limit])


class MemoryAcks:
    """An `AckStore` in a dictionary.

    `write` is how its owner journals, `told` tells the alerts that each message stands for, and `stop` takes what was
    to be told later of an alert out of the outbox and says to whom.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Entry]], None],
        told: Callable[[], Mapping[AlertId, list[AlertId]]],
        stop: Callable[[AlertId], list[DestinationName]],
    ) -> None:
        self._write = write
        self._told = told
        self._stop = stop
        self._acks: dict[AlertId, Ack] = {}
        self._key: bytes | None = None

    def acknowledge(self, alert_ids: Sequence[AlertId], now: datetime, *, by: str, note: str = "") -> Ack:
        """Note that alerts are taken on; take what was to be told later of them out of the outbox."""
        known = self._acks.get(alert_ids[0])
        stopped: set[DestinationName] = set()
        for each in alert_ids:
            is_new = each not in self._acks
            self._acks.setdefault(each, Ack(alert_id=each, at=now, by=by, note=note))
            later = tuple(self._stop(each))
            stopped.update(later)
            if is_new or later:
                self._write([Acknowledged(at=now, alert_id=each, by=by, note=note, stopped=later)])
        return known or replace(self._acks[alert_ids[0]], stopped=tuple(sorted(stopped)), is_new=True)

    def of(self, alert_id: AlertId) -> Ack | None:
        """Return who has taken on an alert; None if nobody has."""
        return self._acks.get(alert_id)

    def ids_like(self, prefix: str, limit: int = 2) -> list[AlertId]:
        """Return the ids of alerts and of bundled messages that begin with a text, at most `limit`."""
        return sorted(each for each in self._told() if each.startswith(prefix))[:limit]

    def stands_for(self, message: AlertId) -> list[AlertId]:
        """Return the alerts that a message of that id stands for; nothing if there is none."""
        return self._told().get(message, [])

    def key(self, fresh: bytes) -> bytes:
        """Return the key that links are signed with: the one that is kept, or `fresh`, which is kept then."""
        self._key = self._key or fresh
        return self._key

    def forget(self, before: datetime, limit: int) -> int:
        """Forget who took on alerts that are gone; return how many."""
        there = self._told()
        old = [each.alert_id for each in self._acks.values() if each.at < before and each.alert_id not in there]
        for alert_id in old[:limit]:
            del self._acks[alert_id]
        return len(old[:limit])
