"""Rows of the outbox as values; one whose alert was damaged on disk is still a row."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.model import (
    Alert,
    AlertId,
    Delivery,
    DestinationName,
    Fragment,
    RichText,
    RuleId,
    Severity,
    Tweet,
    TweetId,
)
from tocsin.store.codec import decode_alert, from_microseconds, to_microseconds
from tocsin.store.store import Choice, OutboxRow

COLUMNS = (
    "o.seq, o.alert_id, o.destination, o.state, o.due_at, o.attempts, o.first_tried_at, o.reason, o.bundle, o.held,"
    " o.note, o.passed_on, o.escalation, a.rule_id, a.document"
)
TABLES = "outbox o LEFT JOIN alerts a ON a.id = o.alert_id"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_READ_AT_ONCE = 500


def delivery_of(row: sqlite3.Row) -> Delivery:
    """Return the delivery of a row of `COLUMNS`; with a `problem` if its alert can't be read."""
    alert, problem = alert_of(row)
    first = row["first_tried_at"]
    bundle = row["bundle"]
    return Delivery(
        alert=alert,
        destination=DestinationName(row["destination"]),
        due_at=_instant(row["due_at"]),
        attempts=row["attempts"],
        first_tried_at=None if first is None else _instant(first),
        bundle=None if bundle is None else AlertId(bundle),
        held=row["held"],
        note=row["note"],
        passed_on=bool(row["passed_on"]),
        problem=problem,
        escalation=timedelta(microseconds=row["escalation"]) if row["escalation"] else None,
    )


def alert_of(row: sqlite3.Row) -> tuple[Alert, str]:
    """Return the alert of a row with `alert_id`, `rule_id` and `document`, and why it can't be read (else nothing)."""
    if row["document"] is None:
        return _stand_in(row), "the stored alert is gone"
    try:
        alert = decode_alert(row["document"])
    except ValueError as error:
        # The error may quote the tweet.
        return _stand_in(row), f"the stored alert can't be read ({type(error.__cause__ or error).__name__})"
    if alert.id != row["alert_id"]:
        return _stand_in(row), "the stored alert is another one"
    return alert, ""


def outbox_row(row: sqlite3.Row) -> OutboxRow:
    """Return a row of `COLUMNS` as a value."""
    delivery = delivery_of(row)
    reason = row["reason"] or delivery.problem
    return OutboxRow(delivery=delivery, state=row["state"], reason=reason, seq=row["seq"])


def read_rows(connection: sqlite3.Connection, seqs: Sequence[int]) -> list[tuple[int, sqlite3.Row]]:
    """Return the rows with these numbers, in the order in which they became due."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    rows: list[sqlite3.Row] = []
    for start in range(0, len(seqs), _READ_AT_ONCE):
        some = seqs[start : start + _READ_AT_ONCE]
        query = f"SELECT {COLUMNS} FROM {TABLES} WHERE o.seq IN ({','.join('?' * len(some))})"  # noqa: S608
        rows += cursor.execute(query, some).fetchall()
    return [(row["seq"], row) for row in sorted(rows, key=lambda row: (row["due_at"], row["seq"]))]


def condition_of(choice: Choice) -> tuple[str, list[Any]]:
    """Return the SQL condition over `TABLES` that a choice means, and its values."""
    conditions = [f"o.state IN ({','.join('?' * len(choice.states))})"]
    values: list[Any] = list(choice.states)
    for column, wanted in (
        ("o.alert_id", choice.alert_id),
        ("o.destination", choice.destination),
        ("a.rule_id", choice.rule_id),
    ):
        if wanted is not None:
            conditions.append(f"{column} = ?")
            values.append(wanted)
    if not choice.escalations:
        conditions.append("NOT (o.escalation > 0 AND o.state = 'waiting' AND o.attempts = 0)")
    if choice.before is not None:
        conditions.append("a.at < ?")
        values.append(to_microseconds(choice.before))
    return " AND ".join(conditions), values


def _stand_in(row: sqlite3.Row) -> Alert:
    return Alert(
        id=AlertId(row["alert_id"]),
        rule_id=RuleId(row["rule_id"] or ""),
        key="",
        severity=Severity.INFO,
        at=_EPOCH,
        title=RichText((Fragment("(unreadable)", trusted=True),)),
        body=RichText(()),
        labels={},
        tweet=Tweet(id=TweetId(""), data={}, source="", received_at=_EPOCH),
    )


def _instant(count: int) -> datetime:
    try:
        return from_microseconds(count)
    except OverflowError:
        return _EPOCH
