"""Which rows a query is about, as SQL and the values in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tocsin.store.codec import storable, to_microseconds
from tocsin.store.store import About
from tocsin.store.subject import tweet_number


@dataclass(slots=True)
class Where:
    """Conditions that must all be true, and the values of their question marks in order."""

    conditions: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def where(self, condition: str, value: Any) -> None:
        """Add a condition with one question mark, unless the value is None."""
        if value is not None:
            self.conditions.append(condition)
            self.values.append(value)

    @property
    def sql(self) -> str:
        """The WHERE clause; empty if everything is chosen."""
        return f"WHERE {' AND '.join(self.conditions)}" if self.conditions else ""


def chosen_entries(kinds: Sequence[str], about: About, since: datetime | None, until: datetime | None) -> Where:
    """Return the choice of journal entries that `Store.journal` describes; a tweet's may hold some of others."""
    chosen = Where()
    chosen.where("tweet = ?", tweet_number(about.tweet_id))
    chosen.where("alert_id = ?", None if about.alert_id is None else storable(about.alert_id))
    chosen.where("rule_id = ?", about.rule_id)
    if kinds:
        # SQLite knows nothing of how many entries a tweet has: the plus keeps it from going through a whole kind.
        kind = "+kind" if about.tweet_id is not None or about.alert_id is not None else "kind"
        chosen.conditions.append(f"{kind} IN ({','.join('?' * len(kinds))})")
        chosen.values += kinds
    chosen.where("+at >= ?", None if since is None else to_microseconds(since))
    chosen.where("+at <= ?", None if until is None else to_microseconds(until))
    return chosen
