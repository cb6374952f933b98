"""What a store is asked about alerts and the journal, and what it answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from tocsin.model import Alert, AlertId, RuleId

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


def known_by(alerts: Iterable[Alert], remembered: Sequence[tuple[AlertId, datetime]]) -> list[tuple[AlertId, datetime]]:
    """Return the ids that are known by a batch, each once, and when they came."""
    ids = {alert_id for alert_id, _ in remembered}
    return [*remembered, *((alert.id, alert.at) for alert in alerts if alert.id not in ids)]
