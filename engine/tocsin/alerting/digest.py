"""Several alerts told in one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from tocsin.model import Alert, AlertId, Fragment, RichText, RuleId, alert_id

_T = TypeVar("_T")

SENDER = RuleId("tocsin.digest")
"""The rule of a digest over alerts of several rules; no rule's id has a dot."""

LISTED = 50
"""Alerts that a digest lists by their titles; how many more there are, it says."""


def fold(alerts: Sequence[Alert], *, title: str, now: datetime) -> Alert:
    """Return one alert that stands for all of them, oldest first.

    `folded` has the id of each, digests among them taken apart; its own id follows from these. It is as loud as the
    loudest, shows the newest tweet, and lists titles, a line each. Rule, key and labels are those that all have in
    common.

    Raises:
        ValueError: there are no alerts.
    """
    if not alerts:
        raise ValueError("a digest of nothing")
    folded = tuple(identity for alert in alerts for identity in (alert.folded or (alert.id,)))
    since = [alert.held_since for alert in alerts if alert.held_since is not None]
    newest = alerts[-1]
    return replace(
        newest,
        id=_identity(folded),
        rule_id=_common([alert.rule_id for alert in alerts], SENDER),
        key=_common([alert.key for alert in alerts], ""),
        severity=max((alert.severity for alert in alerts), key=lambda severity: severity.rank),
        at=now,
        title=RichText((Fragment(title, trusted=True),)),
        body=RichText(_lines(alerts)),
        labels={n: v for n, v in newest.labels.items() if all(alert.labels.get(n) == v for alert in alerts)},
        because=(),
        held_back=sum(alert.held_back for alert in alerts),
        held_since=min(since, default=None),
        folded=folded,
    )


def _identity(folded: Sequence[AlertId]) -> AlertId:
    return alert_id(SENDER, "", "\x1f".join(folded))


def _common(values: Sequence[_T], otherwise: _T) -> _T:
    return values[0] if all(value == values[0] for value in values) else otherwise


def _lines(alerts: Sequence[Alert]) -> tuple[Fragment, ...]:
    """Return the list of titles: where they are too many the loudest, and of these the newest, in order of time."""
    fragments: list[Fragment] = []
    loudest_last = sorted(range(len(alerts)), key=lambda place: (alerts[place].severity.rank, place))
    listed = [alerts[place] for place in sorted(loudest_last[-LISTED:])]
    left_out = sum(len(alerts[place].folded) or 1 for place in loudest_last[:-LISTED])
    if left_out:
        which = "earlier" if len({alert.severity for alert in alerts}) == 1 else "earlier or less severe"
        fragments.append(Fragment(f"{left_out} {which} ones, then\n", trusted=True))
    for alert in listed:
        fragments.append(Fragment(f"{alert.at:%H:%M} ", trusted=True))
        fragments += [Fragment(" ".join(part.text.split("\n")), part.trusted) for part in alert.title.fragments]
        fragments.append(Fragment("\n", trusted=True))
    return tuple(fragments)
