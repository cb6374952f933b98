"""Writes the page of messages and draws its pictures: `.venv/bin/python docs/gallery.py`.

The pictures are drawn by Chromium and left as they are where there is none; a test compares the text with the code.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tocsin.alerting.digest import fold
from tocsin.model import Alert, AlertId, Fragment, RichText, RuleId, Severity, Tweet, TweetId
from tocsin.notify.escape import Family
from tocsin.notify.render import render
from tocsin.notify.rendering.sizes import SIZES
from tocsin.notify.standin import family_preview

REFERENCE: Final = Path(__file__).parent / "reference"
PAGE: Final = REFERENCE / "messages.md"
AT: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
_SHOWN_AS: Final[Mapping[Family, tuple[str, str, str]]] = {
    "slack": ("Slack", "text", "An attachment in the colour of the severity; the first line is its title."),
    "discord": ("Discord", "text", "The last line is in small print."),
    "telegram": ("Telegram", "html", "Quotes of more than 900 characters are folded until they are tapped."),
    "matrix": ("Matrix", "html", "The same goes along as plain text."),
    "mail": ("Mail", "text", "Subject and text part; below, the HTML part in a light and a dark setting."),
    "plain": ("Plain text", "text", "For every other service of apprise's, and no longer than it takes."),
    "json": ("Webhook", "json", "[Field by field](delivery.md#the-json-document)."),
}  # fmt: skip
_UNITS: Final = {"characters": "characters", "utf-16": "characters (UTF-16 units)", "bytes": "bytes"}


def example() -> Alert:
    """Return the alert that the page shows."""
    text = "BREAKING: BTC exchange hacked, withdrawals halted. 12,000 BTC moved out. https://t.co/a1b2 @everyone"
    data = {
        "id": "1886493083207827456",
        "text": text,
        "user": {"username": "chainwatch", "name": "Chain Watch", "followers": 48_200},
        "metrics": {"retweets": 1_204, "likes": 5_431, "replies": 87},
        "created_at": "2026-11-24T11:59:58Z",
    }
    return Alert(
        id=AlertId("6f1c0a9be4d27385"),
        rule_id=RuleId("exchange-hack"),
        key="",
        severity=Severity.CRITICAL,
        at=AT,
        title=RichText((Fragment("An exchange may have been hacked", trusted=True),)),
        body=RichText(()),
        labels={"team": "risk"},
        tweet=Tweet(id=TweetId("1886493083207827456"), data=data, source="scrapest", received_at=AT, created_at=AT),
        because=("word 'hacked' in text", "metrics.likes 5,431 is at least 100"),
        held_back=37,
        held_since=AT - timedelta(minutes=30),
    )


def digest() -> Alert:
    """Return the digest that the page shows."""
    titles = ("Outage: login page down", "Outage: “can't log in since noon”", "Refund asked for by @someone")
    alerts = [
        replace(
            example(),
            id=AlertId(f"{number:016x}"),
            rule_id=RuleId("outage"),
            at=AT + timedelta(minutes=7 * number),
            severity=Severity.MEDIUM,
            title=RichText((Fragment(title, trusted=False),)),
            held_back=0,
            held_since=None,
        )
        for number, title in enumerate(titles, start=1)
    ]
    return fold(alerts, title="3 alerts in the last hour", now=AT + timedelta(hours=1))


def ack_url(alert: Alert) -> str:
    """Return where the alert of the page is acknowledged."""
    return f"https://alerts.example.org/ack/{alert.id}?token=67451a40-0f3c"


def page() -> str:
    """Return the page."""
    parts = [_HEAD, *(_section(family, example()) for family in _SHOWN_AS), _DIGEST]
    parts.append(_block("text", family_preview(digest(), "slack").text()))
    rows = [
        f"| {_SHOWN_AS[family][0]} | {size.limit:,} {_UNITS[size.unit]} | {size.why} |"
        for family, size in SIZES.items()
    ]
    parts += [_SIZES, "\n".join(rows)]
    return "\n".join(parts) + "\n"


def draw(folder: Path) -> None:
    """Draw the mail's HTML part, light and dark; Chromium must be there."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("there is no Chromium to draw the pictures with: apt-get install chromium")
    message = render(example(), "mail", ack_url=ack_url(example()))
    with tempfile.TemporaryDirectory() as place:
        mail = Path(place) / "mail.html"
        mail.write_text(message.body, "utf-8")
        for number, setting in ((1, "light"), (0, "dark")):
            arguments = [
                *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=600,500"),
                *(f"--blink-settings=preferredColorScheme={number}", f"--screenshot={folder / f'mail-{setting}.png'}"),
            ]
            # A browser of this machine, on a page of our own.
            subprocess.run([browser, *arguments, mail.as_uri()], check=True, capture_output=True)  # noqa: S603


def _section(family: Family, alert: Alert) -> str:
    name, language, about = _SHOWN_AS[family]
    block = _block(language, family_preview(alert, family, ack_url).text().rstrip("\n"))
    pictures = _PICTURES if family == "mail" else ""
    return f"\n## {name}\n\n{about}\n\n{block}{pictures}"


def _block(language: str, text: str) -> str:
    # The zero-width spaces that take mentions apart would be lost on a reader, and on whoever copies from here.
    visible = text.replace("\u200b", "")
    return f"```{language}\n{visible}\n```"


_HEAD: Final = """# Messages

What an alert looks like at each family of services: made by the code itself, and compared with it in the tests. `tocsin
render RULE --to DEST` shows the same for your rules and destinations.

Each says the same: severity, title, the rule's body if it has one, the tweet with its author and counts, how many more
there were, a link, why the rule is true, and what the alert is called. What the tweet wrote does nothing: its link is
written so that no program makes one of it, and behind an `@` stands a zero-width space in chats."""
_PICTURES: Final = """

![The mail in a program with a light setting](mail-light.png)

![The same mail in a program with a dark setting](mail-dark.png)

`.venv/bin/python docs/gallery.py` writes this page and, with Chromium, draws the pictures anew."""
_DIGEST: Final = """
## A digest

One message that stands for several alerts, here in Slack. Its id finds all of them: `tocsin trace`.
"""
_SIZES: Final = """
## Sizes

Title and body together, with room for what the service wraps around them. What is longer is cut to the greatest length
that fits, at a line or a word if one is near, and says so: "… cut, 9,400 characters; see link". Where a service of
plain text takes less, such as a text message, its own limit counts.

| family | at most | the service |
| --- | --- | --- |"""


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    draw(REFERENCE)
