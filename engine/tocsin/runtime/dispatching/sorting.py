"""Sets aside what is due but may not go yet: in quiet hours, and for digests."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from tocsin.alerting.holding import Drop, Hold, verdict
from tocsin.alerting.quiet import held_until
from tocsin.config.settings import DestinationSettings
from tocsin.journal import Entry, Held, Withheld
from tocsin.model import Delivery, DestinationName
from tocsin.model import Held as HeldFor
from tocsin.store.bundle import BUNDLE_MAX
from tocsin.store.store import Store

_PAGE = 500
_PAGES_AT_ONCE = 4
"""How much of a backlog is set aside before other destinations get their turn."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """What was journalled, and the destinations at which there may be more to set aside."""

    entries: tuple[Entry, ...] = ()
    unfinished: frozenset[DestinationName] = frozenset()


def set_aside(
    store: Store,
    settings: Mapping[DestinationName, DestinationSettings],
    now: datetime,
    excluding: Collection[DestinationName],
) -> Sorted:
    """Hold back, or drop, what is due and must not go now, and journal it.

    Raises:
        StoreError: the store can't be used.
    """
    entries: list[Entry] = []
    unfinished: set[DestinationName] = set()
    for name, entry in settings.items():
        is_quiet = entry.quiet is not None and held_until(now, entry.quiet) is not None
        if name in excluding or (entry.digest is None and not is_quiet):
            continue
        found, is_done = _set_aside_at(store, entry, now, is_quiet=is_quiet)
        entries += found
        if not is_done:
            unfinished.add(name)
    return Sorted(tuple(entries), frozenset(unfinished))


def _set_aside_at(
    store: Store, settings: DestinationSettings, now: datetime, *, is_quiet: bool
) -> tuple[list[Entry], bool]:
    entries: list[Entry] = []
    kept = 0
    for _ in range(_PAGES_AT_ONCE):
        # What a digest has collected is let go by day; in quiet hours it has to wait as well.
        but: HeldFor | None = None if is_quiet else "digest"
        page = store.due(settings.name, now, limit=_PAGE, skip=kept, but=but)
        verdicts = [verdict(delivery, settings.quiet, settings.digest, now) for delivery in page]
        kept += verdicts.count(None)
        for group, decision in _grouped(page, verdicts):
            match decision:
                case Hold(until, held, reason):
                    written: list[Entry] = [_held(delivery, decision, now) for delivery in group]
                    store.hold(group, until, held, reason, written)
                case Drop(reason):
                    written = [_withheld(delivery, reason, now) for delivery in group]
                    store.withhold(group, written)
                case _:
                    assert_never(decision)
            entries += written
        # What passes stays where it is; of that, one message takes so many at most.
        if len(page) < _PAGE or kept >= BUNDLE_MAX:
            return entries, True
    return entries, False


def _grouped(page: list[Delivery], verdicts: list[Hold | Drop | None]) -> Iterator[tuple[list[Delivery], Hold | Drop]]:
    for decision in dict.fromkeys(decision for decision in verdicts if decision is not None):
        yield [delivery for delivery, of_it in zip(page, verdicts, strict=True) if of_it == decision], decision


def _held(delivery: Delivery, hold: Hold, now: datetime) -> Held:
    name = delivery.destination
    return Held(at=now, alert_id=delivery.alert.id, destination=name, until=hold.until, reason=hold.reason)


def _withheld(delivery: Delivery, reason: str, now: datetime) -> Withheld:
    alert = delivery.alert
    return Withheld(
        at=now, alert_id=alert.id, rule_id=alert.rule_id, tweet_id=alert.tweet.id, reason=reason, cause="quiet"
    )
