"""What is measured now and then: the outbox by destination, and the state on its disk."""

from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.alerts import make_alert
from tocsin.model import Delivery, DestinationName
from tocsin.runtime.gauges import Gauges
from tocsin.runtime.serial import Serial
from tocsin.store.sqlite import SqliteStore
from tocsin.telemetry.metrics import Metrics
from tocsin.testing import EPOCH, ManualClock

pytestmark = pytest.mark.anyio

CHAT, MAIL = DestinationName("chat"), DestinationName("mail")


def samples(metrics: Metrics) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {(s.name, s.labels.get("destination", "")): s.value for family in families for s in family.samples}


async def test_the_outbox_and_the_state_are_measured(tmp_path: Path) -> None:
    store, clock, metrics = SqliteStore.open(tmp_path / "t.db"), ManualClock(), Metrics()
    alerts = [make_alert(number, at=EPOCH) for number in (1, 2, 3)]
    store.commit(alerts, [Delivery(alert=alert, destination=CHAT, due_at=EPOCH) for alert in alerts], [])
    store.bury(store.claim_due(EPOCH, 1)[0], "refused", [])
    clock.advance(timedelta(minutes=20))
    gauges = Gauges(
        metrics=metrics, store=store, in_store=Serial(), clock=clock, destinations=lambda: [CHAT, MAIL],
        state=tmp_path / "t.db",
    )  # fmt: skip
    await gauges.measure()
    store.close()
    found = samples(metrics)
    assert found["tocsin_outbox_waiting", CHAT] == 2
    assert found["tocsin_outbox_dead", CHAT] == 1
    assert found["tocsin_outbox_oldest_age_seconds", CHAT] == 1200
    assert found["tocsin_outbox_waiting", MAIL] == 0
    assert found["tocsin_state_bytes", ""] >= (tmp_path / "t.db").stat().st_size
    assert found["tocsin_state_disk_free_bytes", ""] > 0
