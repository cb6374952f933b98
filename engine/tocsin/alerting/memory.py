"""Which alerts have already been raised, so that a tweet seen twice is told once."""

from array import array
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from typing import Final

from tocsin.model import AlertId

KEPT: Final = timedelta(hours=48)
"""No id is forgotten that is younger, as long as they fit into four times the capacity.

Twice the 24 hours that are promised: the clock may be set a day on.
"""

_MOST: Final = 4
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_BITS_64: Final = (1 << 64) - 1
_CHUNK: Final = 10_000
_TABLES_BITS: Final = 8
_SHIFT: Final = 64 - _TABLES_BITS
_SMALLEST_BITS: Final = 6


class AlertMemory:
    """Remembers at least the newest `capacity` alert ids and those of the last 48 hours; about 17 bytes each.

    There are two tables. The older is given up whole once nothing in it is needed: when the younger alone holds
    `capacity` ids and the older none of the last 48 hours, or both together hold four times the capacity.

    The store's primary key is what finally keeps an alert from being sent twice; this spares it the work, and lets
    the engine say that it withheld something.
    """

    def __init__(
        self, known: Collection[AlertId] = (), *, capacity: int = 1_000_000, now: datetime = _LONG_AGO
    ) -> None:
        """Begin with the ids that are known; they count as if they had come at `now`."""
        self._capacity = capacity
        self._young, self._old = _Tables(len(known)), _Tables()
        # When the newest id of each table came.
        self._young_at = self._old_at = _LONG_AGO
        self.remember_all(known, now)

    def __contains__(self, alert_id: AlertId) -> bool:
        """Whether the alert has been raised."""
        number = _number(alert_id)
        return number in self._young or number in self._old

    def remember(self, alert_id: AlertId, at: datetime) -> None:
        """Note that the alert has been raised."""
        self._young.add(_number(alert_id))
        if at > self._young_at:
            self._young_at = at
        if len(self._young) >= self._capacity:
            self._make_room(at)

    def remember_all(self, alert_ids: Iterable[AlertId], at: datetime) -> None:
        """Note that all these alerts have been raised: the same as one by one, and quicker."""
        self._young.fill(map(_number, alert_ids))
        self._young_at = max(self._young_at, at)
        if len(self._young) >= self._capacity:
            self._make_room(at)

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def _make_room(self, now: datetime) -> None:
        is_full = len(self) >= _MOST * self._capacity
        if is_full or self._old_at is _LONG_AGO or now - self._old_at >= KEPT:
            self._old, self._old_at = self._young, self._young_at
            self._young, self._young_at = _Tables(), _LONG_AGO


class _Tables:
    """A set of 64-bit numbers in many tables, by their first bits: one of 700,000 took 170 ms to grow, at once."""

    def __init__(self, expected: int = 0) -> None:
        self._tables = [_Table(expected >> _TABLES_BITS) for _ in range(1 << _TABLES_BITS)]
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, number: int) -> bool:
        return number in self._tables[number >> _SHIFT]

    def add(self, number: int) -> None:
        """Put a number into the set; 0 is none."""
        self._count += self._tables[number >> _SHIFT].add(number)

    def fill(self, numbers: Iterable[int]) -> None:
        """Put many numbers into the set."""
        left = iter(numbers)
        while chunk := list(islice(left, _CHUNK)):
            parts: list[list[int]] = [[] for _ in self._tables]
            for number in chunk:
                parts[number >> _SHIFT].append(number)
            self._count += sum(table.fill(part) for table, part in zip(self._tables, parts, strict=True))


class _Table:
    """A set of 64-bit numbers in one flat array: an eighth of the memory of a set of texts."""

    def __init__(self, expected: int = 0) -> None:
        size = 1 << max(_SMALLEST_BITS, (expected * 3 // 2).bit_length())
        self._slots = array("Q", bytes(8 * size))
        self._count = 0

    def __contains__(self, number: int) -> bool:
        return self._slots[self._place(number)] != 0

    def add(self, number: int) -> bool:
        """Put a number into the set and return whether it is new; 0 stands for an empty slot and is none."""
        place = self._place(number)
        if self._slots[place]:
            return False
        self._slots[place] = number
        self._count += 1
        if 3 * self._count > 2 * len(self._slots):
            self._grow()
        return True

    def fill(self, numbers: Sequence[int]) -> int:
        """Put numbers into the set and return how many are new."""
        while 3 * (self._count + len(numbers)) > 2 * len(self._slots):
            self._grow()
        slots, mask, added = self._slots, len(self._slots) - 1, 0
        for number in numbers:
            place = number & mask
            while (there := slots[place]) and there != number:
                place = (place + 1) & mask
            if not there:
                slots[place] = number
                added += 1
        self._count += added
        return added

    def _place(self, number: int) -> int:
        """Return the slot that the number is in, or would be. Ids are hashes: their bits are mixed already."""
        slots = self._slots
        mask = len(slots) - 1
        place = number & mask
        while slots[place] and slots[place] != number:
            place = (place + 1) & mask
        return place

    def _grow(self) -> None:
        old, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
        for number in old:
            if number:
                self._slots[self._place(number)] = number


def _number(alert_id: AlertId) -> int:
    try:
        number = int(alert_id, 16) & _BITS_64
    except ValueError:
        number = int.from_bytes(blake2b(alert_id.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    return number or 1
