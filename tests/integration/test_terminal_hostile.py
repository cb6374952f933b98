"""Whatever a tweet says, no command lets it act on the terminal that its output is shown in."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.alerts import make_alert
from tests.data.hostile_texts import HOSTILE_TEXTS
from tocsin.cli.main import cli
from tocsin.model import Alert, AlertId, Delivery, DestinationName, Fragment, RichText
from tocsin.store.sqlite import SqliteStore
from tocsin.testing import EPOCH

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
RULES = 'tocsin: 1\nrules: {any: {title: "{{ text }} by {{ user.name }}", when: {gte: [.metrics.likes, 0]}}}\n'


def alert_saying(number: int, text: str) -> Alert:
    """Return an alert that says the text in its title, key, reasons and tweet."""
    title = RichText((Fragment(text, trusted=False),))
    return replace(make_alert(number, text, title=title), id=AlertId(f"{number:016x}"), key=text, because=(text,))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("state") / "t.db"
    store = SqliteStore.open(path)
    for number, text in enumerate(HOSTILE_TEXTS, start=1):
        alert = alert_saying(number, text)
        store.commit([alert], [Delivery(alert=alert, destination=DestinationName("d"), due_at=EPOCH)], [])
    for delivery in store.claim_due(EPOCH, len(HOSTILE_TEXTS)):
        store.bury(delivery, HOSTILE_TEXTS[int(delivery.alert.id, 16) - 1], [])
    yield path
    store.close()


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin, catch_exceptions=False)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("command", [["alerts", "--limit", "500"], ["outbox", "list"]], ids=["alerts", "outbox"])
def test_what_was_said_and_refused_is_shown_and_does_nothing(database: Path, command: list[str], form: str) -> None:
    result = run(*command, "--state", str(database), "--format", form)
    assert result.exit_code == 0
    assert len(result.output.splitlines()) >= len(HOSTILE_TEXTS)
    assert ACTING.findall(result.output.replace("\t", "")) == []


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("rules") / "rules.yaml"
    file.write_text(RULES, "utf-8")
    return str(file)


def tweets() -> str:
    """Return a tweet for each text, as JSON lines."""
    made = [
        {"id": str(number), "text": text, "user": {"name": text, "username": text}, "metrics": {"likes": 1}}
        for number, text in enumerate(HOSTILE_TEXTS, start=1)
    ]
    return "".join(json.dumps(tweet) + "\n" for tweet in made)


@pytest.mark.parametrize(
    "command",
    [["match"], ["explain", "any", "--tweet", "-"], ["explain", "any", "--tweet", "-", "--format", "json"]],
    ids=["match", "explain", "explain json"],
)
def test_a_tweet_that_is_matched_or_explained_does_nothing(rules: str, command: list[str]) -> None:
    result = run(*command, "--rules", rules, stdin=tweets())
    assert result.exit_code == 0
    assert ACTING.findall(result.output) == []


@pytest.mark.parametrize("family", ["slack", "mail", "json"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_message_that_is_looked_at_does_nothing(rules: str, family: str, form: str) -> None:
    text = " ".join(text for text in HOSTILE_TEXTS if ACTING.search(text) and len(text) < 100)
    tweet = {"id": "1", "text": text, "user": {"name": text, "username": text}, "metrics": {"likes": 1}}
    arguments = ["render", "any", "--to", family, "--format", form, "--tweet", "-", "--rules", rules]
    result = run(*arguments, stdin=json.dumps(tweet))
    assert result.exit_code == 0
    assert ACTING.findall(result.output) == []
