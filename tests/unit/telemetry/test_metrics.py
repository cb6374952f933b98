"""What is served at /metrics: as the page says, readable by Prometheus' own parsers, and within bounds."""

import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Counter, Gauge, Histogram, Info
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from tocsin.telemetry.labels import Bounded
from tocsin.telemetry.metrics import CONNECTION_STATES, Metrics, Queue
from tocsin.testing import EPOCH

PAGE = Path(__file__).parents[3] / "docs/reference/metrics.md"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
SUFFIX = {Counter: "_total", Info: "_info"}


def declared() -> dict[str, tuple[str, list[str], str]]:
    """Return the type, the labels and the help of every metric, by the name under which it is served."""
    found = {}
    for value in vars(Metrics())["_registry"]._names_to_collectors.values():
        kind = type(value)
        labels = ["version"] if kind is Info else list(value._labelnames)
        found[f"{value._name}{SUFFIX.get(kind, '')}"] = (value._type, labels, value._documentation)
    return found


def told() -> dict[str, tuple[str, list[str], str]]:
    """Return the same as the page has it."""
    found = {}
    for name, kind, labels, about in re.findall(
        r"^\| `(tocsin_\w+)` \| (\w+) \|([^|]*)\| (.*) \|$", PAGE.read_text("utf-8"), re.MULTILINE
    ):
        found[name] = (kind, re.findall(r"`(\w+)`", labels), about.replace("`", ""))
    return found


def test_the_page_has_every_metric_with_its_type_labels_and_help() -> None:
    assert told() == declared()


def used() -> Metrics:
    """Return metrics of which everything has a value, hostile labels among them."""
    metrics = Metrics()
    for value in vars(metrics).values():
        if isinstance(value, Bounded):
            labels: Any = vars(value)["_family"]._labelnames
            value.labels(**dict.fromkeys(labels, 'a "b"\n\\c')).inc()
    metrics.saw_tweets(1, EPOCH)
    metrics.outbox({"oncall": Queue(waiting=2, dead=1, oldest_at=EPOCH)}, ["mail"], EPOCH)
    metrics.loop_lag.observe(0.02)
    return metrics


@pytest.mark.parametrize(
    ("accept", "content_type", "parse"),
    [
        ("", "text/plain; version=0.0.4; charset=utf-8", parse_text),
        ("text/html", "text/plain; version=0.0.4; charset=utf-8", parse_text),
        (f"{OPENMETRICS},text/plain;q=0.5", OPENMETRICS, parse_openmetrics),
    ],
)
def test_what_is_served_is_what_was_asked_for_and_reads_back(accept: str, content_type: str, parse: Any) -> None:
    body, served_as = used().answer(accept)
    families = list(parse(body.decode("utf-8")))
    assert served_as.startswith(content_type)
    read = {family.name for family in families if not family.name.endswith("_created")}
    plain = {re.sub(r"_(total|info)$", "", name) for name in declared()}
    assert {re.sub(r"_(total|info)$", "", name) for name in read} == plain
    labels = {value for family in families for sample in family.samples for value in sample.labels.values()}
    assert 'a "b"\n\\c' in labels


def test_a_metric_has_so_many_series_and_no_more() -> None:
    counter = Counter("of_rules", "x", ["rule"], registry=None)
    bounded = Bounded(counter, most=2)
    for rule in ("a", "b", "c", "d", "a"):
        bounded.labels(rule=rule).inc()
    [family] = counter.collect()
    counts = {sample.labels["rule"]: sample.value for sample in family.samples if sample.name.endswith("_total")}
    assert counts == {"a": 2, "b": 1, "other": 2}


def sample(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    families = parse_text(metrics.render().decode())
    return {
        tuple(each.labels.values()): each.value for family in families for each in family.samples if each.name == name
    }


def test_the_connection_is_in_one_state_at_a_time() -> None:
    metrics = Metrics()
    for state in CONNECTION_STATES:
        metrics.connection(state)
        assert sample(metrics, "tocsin_connection_state") == {(each,): each == state for each in CONNECTION_STATES}
        assert sample(metrics, "tocsin_connected") == {(): state == "connected"}


def test_the_outbox_is_shown_for_each_destination_and_one_that_is_gone_no_more() -> None:
    metrics = Metrics()
    metrics.outbox({"old": Queue(waiting=1, oldest_at=EPOCH)}, ["oncall"], EPOCH)
    metrics.outbox({}, ["oncall"], EPOCH)
    assert sample(metrics, "tocsin_outbox_waiting") == {("oncall",): 0.0}


def test_every_gauge_and_histogram_carries_its_unit() -> None:
    registered = vars(Metrics())["_registry"]._names_to_collectors.values()
    timed = [
        value._name for value in registered if isinstance(value, Gauge | Histogram) and "ago" in value._documentation
    ]
    assert timed
    assert [name for name in timed if not name.endswith("_seconds")] == []
