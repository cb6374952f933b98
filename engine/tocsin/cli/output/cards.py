"""An alert as a card at a terminal, as one line elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from tocsin.model import Alert
from tocsin.notify.escape import escape_line, one_line, untrusted

STYLES = {"info": "cyan", "low": "blue", "medium": "yellow", "high": "red", "critical": "bold white on red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a person is shown of an alert; all of it plain text without control characters or links."""

    rule: str
    severity: str
    title: str
    author: str
    text: str
    because: tuple[str, ...]


def show(card: Card, console: Console) -> None:
    """Print the card: a panel at a terminal, one line where the output is piped."""
    if not console.is_terminal:
        console.print(Text(f"alert {card.severity} {card.rule}: {card.title}"), soft_wrap=True, highlight=False)
        return
    colour = STYLES.get(card.severity, "white").split()[-1]
    content = Text.assemble((card.title, "bold"))
    if card.text not in card.title:
        content.append(f"\n{card.text}")
    if card.author:
        content.append(f"\n@{card.author}", "dim")
    if card.because:
        content.append("\nbecause " + "; ".join(card.because), "dim italic")
    head = Text.assemble((f" {card.severity} ", STYLES.get(card.severity, "bold")), " ", (card.rule, "bold"))
    console.print(Panel(content, title=head, title_align="left", border_style=colour))


def card_of(alert: Alert) -> Card:
    """Return an alert as it stands before any delivery, made safe for a terminal."""
    user = alert.tweet.data.get("user")
    username = user.get("username") if isinstance(user, Mapping) else None
    return Card(
        rule=alert.rule_id,
        severity=alert.severity.value,
        title=escape_line(alert.title, "json"),
        author=one_line(str(username or "")),
        text=_harmless(str(alert.tweet.data.get("text") or "")),
        because=tuple(_reason(reason) for reason in alert.because),
    )


def card_of_document(document: Mapping[str, Any]) -> Card:
    """Return the JSON document of a webhook as a card."""
    tweet = document.get("tweet")
    tweet = tweet if isinstance(tweet, Mapping) else {}
    user = tweet.get("user")
    username = user.get("username") if isinstance(user, Mapping) else None
    return Card(
        rule=one_line(str(document.get("rule", ""))),
        severity=one_line(str(document.get("severity", ""))),
        title=one_line(str(document.get("title", ""))),
        author=one_line(str(username or "")),
        text=_harmless(str(tweet.get("text") or "")),
        because=tuple(_reason(str(reason)) for reason in document.get("because", ())),
    )


def _harmless(text: str) -> str:
    # Terminals make links of addresses, too.
    return escape_line(untrusted(text), "json")


def _reason(text: str) -> str:
    # Escaped whole, the dots of field names would look like those of addresses.
    return one_line(text).replace("://", "[:]//")
