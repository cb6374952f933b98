"""The real program escalates what nobody takes on, and nothing else."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.program import Program, finished, journal_of, running, until
from tests.receivers import HttpReceiver
from tocsin.store.sqlite import SqliteStore

TWEETS = [{"id": str(number), "text": f"tweet {number}"} for number in (1, 2)]


@contextmanager
def engine(folder: Path, *, after: str, more: str = "") -> Iterator[tuple[HttpReceiver, HttpReceiver, Program]]:
    """Run tocsin on a stream of two tweets; alerts go to the first receiver and escalate to the second."""
    (folder / "tweets.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in TWEETS))
    (folder / "rules.yaml").write_text("tocsin: 1\nrules: {all-of-it: {when: {contains: tweet}}}\n")
    stream = ["simulate", "--port", "0", "--file", "tweets.jsonl", "--rate", "50", "--loop"]
    with HttpReceiver() as chat, HttpReceiver() as pager, running(*stream, cwd=folder) as simulator:
        url = simulator.line("listening on").removeprefix("listening on ")
        (folder / "tocsin.yaml").write_text(
            f'source: {{url: "{url}", api_key: k, subscribe: {{}}}}\nrules: [rules.yaml]\n'
            f'destinations: {{chat: {{url: "json://127.0.0.1:{chat.port}/"}}, pager: {{url: "json://127.0.0.1:{pager.port}/"}}}}\n'
            f"routes: [{{notify: [chat], escalate: {{after: {after}, unless: acked, to: [pager]}}}}]\n{more}"
        )
        with running("run", "--log-format", "json", cwd=folder) as program:
            until(lambda: len(chat.posted) == 2, "both alerts")
            yield chat, pager, program


def id_of(folder: Path, tweet: str) -> str:
    store = SqliteStore.visit(folder / "tocsin.db")
    try:
        return next(alert.id for alert in store.alerts(limit=9) if alert.tweet.id == tweet)
    finally:
        store.close()


def waiting(folder: Path) -> list[str]:
    program = finished("outbox", "--format", "json", cwd=folder)
    return [json.loads(line)["alert_id"] for line in program.out]


def test_what_is_acknowledged_does_not_escalate_and_the_other_does_once(tmp_path: Path) -> None:
    with engine(tmp_path, after="12s") as (_, pager, _program):
        taken, left = id_of(tmp_path, "1"), id_of(tmp_path, "2")
        acked = finished("ack", taken[:10], "--by", "ada", "--note", "on it", cwd=tmp_path)
        assert acked.wait() == 0, acked.output()
        assert "not told any more: pager" in acked.out[0]
        until(lambda: bool(pager.posted), "the escalation of the other alert")
        until(lambda: waiting(tmp_path) == [], "the outbox to be empty")
        assert [posted.json["alert_id"] for posted in pager.posted] == [left]
        again = finished("ack", taken, "--by", "bob", cwd=tmp_path)
        assert (again.wait(), "by ada: on it" in again.out[0]) == (0, True)
        shown = finished("alerts", cwd=tmp_path)
        assert "acknowledged by ada (on it)" in "\n".join(shown.out)
    kinds = [record["alert_id"] for record in journal_of(tmp_path / "tocsin.db") if record["kind"] == "acknowledged"]
    assert kinds == [taken]


def test_the_link_in_a_message_acknowledges_only_when_its_button_is_pressed(tmp_path: Path) -> None:
    more = 'http: {listen: "127.0.0.1:0", public_url: "https://tocsin.example"}\n'
    with engine(tmp_path, after="1h", more=more) as (chat, _, program):
        serving = json.loads(program.line('"serving"'))["url"]
        link = chat.posted[0].json["ack_url"]
        alert_id = chat.posted[0].json["alert_id"]
        assert re.fullmatch(rf"https://tocsin\.example/ack/{alert_id}\?token=\S+", link)
        address = link.replace("https://tocsin.example", serving)
        with urllib.request.urlopen(address, timeout=10) as page:
            assert '<form method="post">' in page.read().decode()
        assert alert_id in waiting(tmp_path)
        with urllib.request.urlopen(address, data=b"by=ada", timeout=10) as page:
            assert "Acknowledged by ada" in page.read().decode()
        assert alert_id not in waiting(tmp_path)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(address[:-1], data=b"", timeout=10)
        program.line('"acknowledged"')
    token = link.partition("token=")[2].partition("-")[2]
    assert token not in program.output()
    assert token.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("tocsin.db*"))


@pytest.mark.parametrize(
    ("name", "said"),
    [("f" * 16, "there is no alert 'ffffffffffffffff'"), ("", "there is no alert"), ("%", "there is no alert")],
)
def test_an_alert_that_is_not_there_is_said_to_be_so_with_status_2(tmp_path: Path, name: str, said: str) -> None:
    SqliteStore.open(tmp_path / "tocsin.db").close()
    program = finished("ack", name, "--state", "tocsin.db", cwd=tmp_path)
    assert (program.wait(), said in program.err[0]) == (2, True), program.output()


def test_a_beginning_that_several_alerts_share_is_refused_with_their_ids(tmp_path: Path) -> None:
    from tests.alerts import make_alert

    store = SqliteStore.open(tmp_path / "tocsin.db")
    store.commit([make_alert(1), make_alert(2)], [], [])
    store.close()
    program = finished("ack", "0000", "--state", "tocsin.db", cwd=tmp_path)
    assert program.wait() == 2
    assert f"more than one alert begins with '0000': {make_alert(1).id}, {make_alert(2).id}" in program.err[0]
