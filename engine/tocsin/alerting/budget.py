"""Budgets: so many alerts of a rule in a period, and the rest in one digest at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.alerting.alarms import AT_ONCE, Alarms
from tocsin.alerting.ledger import Ledger, Record
from tocsin.alerting.pile import Pile
from tocsin.alerting.record import from_microseconds, to_microseconds
from tocsin.alerting.release import Admission, Hold, Release, digest_of
from tocsin.model import Alert, RuleId
from tocsin.rules.flood import Rate, parse_rate

STAGE: Final = "budget"


@dataclass(slots=True, kw_only=True)
class _Account:
    """The period that a rule's first alert began, and what it has spent since."""

    rule_id: RuleId
    rate: Rate
    opened_at: datetime
    pile: Pile
    spent: int = 0

    @property
    def ends_at(self) -> datetime:
        return self.opened_at + self.rate.period


class Budgets:
    """The running periods of all rules that have a budget; as many as there are such rules."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._accounts: dict[str, _Account] = {}
        self._alarms = Alarms()

    def admit(self, rule_id: RuleId, rate: Rate, alert: Alert, now: datetime) -> Admission:
        """Return the alert, or why it is held back."""
        name = f"{STAGE}/{rule_id}"
        account = self._accounts.get(name)
        if account is None:
            account = _Account(rule_id=rule_id, rate=rate, opened_at=now, pile=Pile(name, self._ledger))
            self._accounts[name] = account
            self._alarms.set(name, account.ends_at)
        if account.spent < rate.limit:
            account.spent += 1
            self._write(name, account)
            return Admission(alert=alert)
        account.pile.add(alert)
        hold = Hold(reason=f"budget: {rate} is spent; told in a digest", until=account.ends_at, held_in=name)
        releases = (self._release(account, now, "it holds as many as a digest can"),) if account.pile.is_full else ()
        return Admission(alert=hold, releases=releases)

    def next_at(self) -> datetime | None:
        """Return when the next period ends."""
        return self._alarms.next_at()

    def end_next(self, now: datetime) -> list[Release]:
        """End the period that ends next; return the digest of what it held back, if anything."""
        name, _ = self._alarms.pop()
        account = self._accounts.pop(name)
        self._ledger.drop(name)
        return [self._release(account, now, f"the budget's {account.rate.unit} is over")] if account.pile else []

    def settle(self, rates: Mapping[RuleId, Rate]) -> None:
        """Let the periods of budgets that are no longer among these end at once."""
        for name, account in self._accounts.items():
            if rates.get(account.rule_id) != account.rate:
                self._alarms.set(name, AT_ONCE)

    def shift(self, by: timedelta) -> None:
        """Move all periods: the clock was set, and as much of each is left as before."""
        for name, account in self._accounts.items():
            account.opened_at += by
            self._write(name, account)
        self._alarms.shift(by)

    def restore(self, accounts: Mapping[str, Record], piles: Mapping[str, Mapping[int, Record]], now: datetime) -> None:
        """Take back what an earlier run left. A period that would begin later than now begins now."""
        for name, record in accounts.items():
            account = _Account(
                rule_id=RuleId(record["rule"]),
                rate=parse_rate(record["rate"]),
                opened_at=min(from_microseconds(record["opened_at"]), now),
                pile=Pile(name, self._ledger),
                spent=record["spent"],
            )
            account.pile.restore(piles.get(name, {}))
            self._accounts[name] = account
            self._alarms.set(name, account.ends_at)

    def _release(self, account: _Account, now: datetime, reason: str) -> Release:
        title = f"past the budget of {account.rate}"
        alert = digest_of(account.pile.take(), lambda count: f"{account.rule_id}: {count} {title}", now)
        held_in = f"{STAGE}/{account.rule_id}"
        return Release(alert=alert, rule_id=account.rule_id, by=STAGE, held_in=held_in, reason=reason)

    def _write(self, name: str, account: _Account) -> None:
        self._ledger.put(
            name,
            {
                "rule": account.rule_id,
                "rate": str(account.rate),
                "opened_at": to_microseconds(account.opened_at),
                "spent": account.spent,
            },
        )
