"""`tocsin notify test`: tries a destination before it matters."""

import secrets
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import assert_never

import click

from tocsin.cli.loading import settings_from
from tocsin.cli.options import config_option
from tocsin.clock import SystemClock
from tocsin.config.settings import DestinationSettings, Settings
from tocsin.errors import ConfigError
from tocsin.logic.vocabulary import did_you_mean
from tocsin.model import (
    Alert,
    Delivered,
    DestinationName,
    Fragment,
    Outcome,
    Refused,
    RichText,
    RuleId,
    Severity,
    Tweet,
    TweetId,
    Unreachable,
    alert_id,
)
from tocsin.notify.destination import Destination
from tocsin.notify.escape import one_line


@click.group()
def notify() -> None:
    """Try destinations.

    \b
    Example:
      tocsin notify test oncall
    """


@notify.command()
@click.argument("destination", metavar="DEST")
@config_option
def test(destination: str, config: Path) -> None:
    """Send a test message to DEST and say what the service answered.

    Exit status 1 if it was not delivered.

    \b
    Example:
      tocsin notify test oncall
    """
    settings = settings_from(config)
    chosen = destination_named(destination, settings.destinations)
    outcome = open_destination(chosen, settings).send(make_test_alert(SystemClock().now(), secrets.token_hex(4)), 1)
    click.echo(f"{destination}: {one_line(in_words(outcome))}")
    sys.exit(0 if isinstance(outcome, Delivered) else 1)


def destination_named(name: str, destinations: Mapping[DestinationName, DestinationSettings]) -> DestinationSettings:
    """Return the settings of a destination.

    Raises:
        ConfigError: there is none of that name.
    """
    found = destinations.get(DestinationName(name))
    if found is not None:
        return found
    hint = did_you_mean(name, destinations, f"there are: {', '.join(destinations) or 'none'}")
    raise ConfigError(f"no destination {name!r} in the configuration; {hint}")


def open_destination(chosen: DestinationSettings, settings: Settings) -> Destination:
    """Return the destination that settings describe.

    Raises:
        ConfigError: its URL is not one that apprise understands.
        PluginError: its action isn't there or refuses its options.
    """
    from tocsin.runtime.destinations import make_destination
    from tocsin.runtime.project import PluginChoice, load_words

    host, _ = load_words(PluginChoice(enabled=chosen.action is not None), settings.plugged)
    return make_destination(chosen, host)


def make_test_alert(now: datetime, occasion: str) -> Alert:
    """Return an alert that says plainly that it is a test."""
    text = "This is a test message of tocsin. Nothing has happened."
    data = {"id": occasion, "text": text, "user": {"username": "tocsin", "name": "tocsin"}}
    rule = RuleId("notify-test")
    return Alert(
        id=alert_id(rule, "", occasion),
        rule_id=rule,
        key="",
        severity=Severity.INFO,
        at=now,
        title=RichText((Fragment("Test of tocsin", trusted=True),)),
        body=RichText((Fragment(text, trusted=True),)),
        labels={"test": "true"},
        tweet=Tweet(id=TweetId(occasion), data=data, source="notify test", received_at=now, created_at=now),
    )


def in_words(outcome: Outcome) -> str:
    """Return how a send ended, as a person would say it."""
    match outcome:
        case Delivered(detail):
            return f"delivered ({detail})" if detail else "delivered"
        case Refused(reason, status):
            return f"refused{_code(status)}: {reason}"
        case Unreachable(reason, status, retry_after):
            pause = f"; asked to wait {retry_after.total_seconds():g} s" if retry_after is not None else ""
            return f"not delivered{_code(status)}: {reason}{pause}"
        case _:
            assert_never(outcome)


def _code(status: int | None) -> str:
    return f" with status {status}" if status is not None else ""
