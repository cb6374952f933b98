"""The document of a webhook is what its schema says, and the schema lets nothing pass that tocsin doesn't send."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.alerts import make_alert
from tocsin.alerting.digest import fold
from tocsin.model import Alert, DestinationName, RichText
from tocsin.notify.render import render
from tocsin.runtime.notice import notice
from tocsin.testing import EPOCH

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/reference/alert.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)

ALERTS = {
    "plain": make_alert(),
    "hostile": make_alert(text="\r\n<script>\x00\ud800{{7*7}}"),
    "wordless": replace(make_alert(), title=RichText(()), body=RichText(()), because=(), labels={}),
    "held": replace(make_alert(), held_back=37, held_since=EPOCH - timedelta(minutes=30)),
    "digest": fold([make_alert(1), make_alert(2)], title="2 alerts", now=EPOCH),
    "notice": notice("1 error", "abc", DestinationName("oncall"), EPOCH).alerts[0],
}


def sent(alert: Alert, ack_url: str | None = None) -> dict[str, Any]:
    """Return the document as it arrives."""
    made = json.loads(json.dumps(render(alert, "json", ack_url=ack_url).document))
    assert isinstance(made, dict)
    return made


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("alert", ALERTS.values(), ids=ALERTS)
@pytest.mark.parametrize("ack_url", [None, "https://alerts.example.org/ack/x", "javascript:alert(1)"])
def test_every_alert_is_as_the_schema_says(alert: Alert, ack_url: str | None) -> None:
    document = sent(alert, ack_url)
    VALIDATOR.validate(document)
    assert set(document) == set(SCHEMA["properties"]) == set(SCHEMA["required"])


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("alert_id"),
        lambda document: document.update(tocsin=2),
        lambda document: document.update(severity="loud"),
        lambda document: document.update(title="two\nlines"),
        lambda document: document.update(url="https://evil.example/"),
        lambda document: document.update(ack_url="javascript:alert(1)"),
        lambda document: document.update(folded=["<id>"]),
        lambda document: document.update(held_back=-1),
        lambda document: document.update(attempt=0),
    ],
)
def test_what_tocsin_would_not_send_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    document = sent(make_alert())
    change(document)
    assert not VALIDATOR.is_valid(document)
