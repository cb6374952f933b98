"""kill -9 while nothing can be delivered and much waits: later all of it is, the oldest first.

`TOCSIN_FULL=1` does it with 10,000 alerts that wait.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.alerts import make_alert
from tests.e2e.program import running, until
from tests.e2e.test_stopping import CONFIG, RULES, fill, waiting_for
from tests.receivers import Answer, HttpReceiver

WAITING = 10_000 if os.environ.get("TOCSIN_FULL") == "1" else 200
KILLS = 4
BUSY = Answer(status=503)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_kills_while_nothing_can_be_delivered_lose_nothing_of_a_backlog_and_keep_its_order(tmp_path: Path) -> None:
    fill(tmp_path, WAITING)
    (tmp_path / "rules.yaml").write_text(RULES)
    with HttpReceiver(otherwise=BUSY) as hook:
        (tmp_path / "tocsin.yaml").write_text(CONFIG.format(url="ws://127.0.0.1:9/", hanging=9, hook=hook.port))
        for _ in range(KILLS):
            tries = len(hook.posted)
            with running("run", cwd=tmp_path) as program:
                until(lambda tries=tries: len(hook.posted) > tries, "a try")  # type: ignore[misc]
                program.kill()
        refused = {post.json["alert_id"] for post in hook.posted}
        hook.posted.clear()
        hook.otherwise = Answer()
        with running("run", cwd=tmp_path):
            until(lambda: not waiting_for(tmp_path, "hook"), "an empty outbox", patience_s=1_500)
    told = [str(post.json["alert_id"]) for post in hook.posted]
    print(f"{KILLS} kills with {WAITING:,} waiting: {len(told):,} told, {len(refused)} had been refused")
    everything = [make_alert(number).id for number in range(WAITING)]
    assert Counter(told) == Counter(everything)
    assert [alert for alert in told if alert not in refused] == [a for a in everything if a not in refused]
