"""What watches tocsin from outside: its sign of life, and the word that no tweets come."""

import json
from pathlib import Path

from tests.e2e.program import Program, finished, running, until
from tests.receivers import Answer, HttpReceiver

SECRET = "canary-9d1e"
RULES = "tocsin: 1\nrules:\n  never: {when: {word: never-said}, notify: [hook]}\n"


def configure(folder: Path, simulator: Program, hook: HttpReceiver, more: str, source: str = "") -> None:
    url = simulator.line("listening on").removeprefix("listening on ")
    (folder / "rules.yaml").write_text(RULES)
    (folder / "tocsin.yaml").write_text(
        f'source: {{url: "{url}", api_key: k, subscribe: {{}}{source}}}\nrules: [rules.yaml]\n'
        f'destinations: {{hook: {{url: "json://127.0.0.1:{hook.port}/"}}}}\n{more}'
    )


def titles(hook: HttpReceiver) -> list[str]:
    return [post.json["title"] for post in hook.posted]


def test_a_sign_of_life_is_sent_while_tocsin_is_ready_and_none_once_it_is_not(tmp_path: Path) -> None:
    with HttpReceiver() as hook, running("simulate", "--port", "0", "--rate", "20", cwd=tmp_path) as simulator:
        beat = f'heartbeat: {{to: "http://127.0.0.1:{hook.port}/ping/{SECRET}", every: 1s}}\n'
        configure(tmp_path, simulator, hook, beat)
        with running("run", "--log-level", "debug", cwd=tmp_path) as engine:
            until(lambda: len(hook.got) >= 2, "two signs of life")
            simulator.kill()
            engine.line("heartbeat-withheld")
            sent = len(hook.got)
            until(lambda: sum("disconnected" in line for line in engine.err) >= 2, "another attempt to connect")
            engine.process.terminate()
            assert engine.wait() == 0, engine.output()
    assert len(hook.got) == sent
    assert set(hook.got) == {f"/ping/{SECRET}"}
    assert SECRET not in engine.output()


def test_a_sign_of_life_that_fails_says_so_and_never_where_it_went(tmp_path: Path) -> None:
    gone = HttpReceiver(otherwise=Answer(status=404))
    with gone as hook, running("simulate", "--port", "0", "--rate", "20", cwd=tmp_path) as simulator:
        beat = f'heartbeat: {{to: "http://127.0.0.1:{hook.port}/{SECRET}", every: 1s}}\n'
        configure(tmp_path, simulator, hook, beat)
        with running("run", "--log-level", "debug", cwd=tmp_path) as engine:
            assert "answered 404" in engine.line("heartbeat-failed")
            engine.process.terminate()
            assert engine.wait() == 0
    assert SECRET not in engine.output()


def test_a_sign_of_life_may_go_to_a_destination(tmp_path: Path) -> None:
    with HttpReceiver() as hook, running("simulate", "--port", "0", "--rate", "20", cwd=tmp_path) as simulator:
        configure(tmp_path, simulator, hook, "heartbeat: {to: hook, every: 1s}\n")
        with running("run", cwd=tmp_path):
            until(lambda: titles(hook).count("tocsin is well") >= 2, "two signs of life")
        assert "unused-destination" not in finished("check", cwd=tmp_path).output()


def test_a_silent_stream_is_asked_anew_once_and_told_of_and_so_is_its_end(tmp_path: Path) -> None:
    stall = ("--fault", "stall after=5 for=4s", "--event-log", "events.jsonl")
    with HttpReceiver() as hook, running("simulate", "--port", "0", "--rate", "20", *stall, cwd=tmp_path) as simulator:
        configure(tmp_path, simulator, hook, "", ", no_tweets: {after: 1s, notify: hook}")
        with running("run", cwd=tmp_path) as engine:
            until(lambda: len(hook.posted) >= 2, "both messages")
            engine.process.terminate()
            assert engine.wait() == 0, engine.output()
    assert titles(hook) == ["tocsin: no tweets for 1s", "tocsin: tweets come again"]
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    asked = [event for event in events if "subscribe" in json.dumps(event) and event["event"] != "sent"]
    assert len(asked) == 2, asked
    connected = [line for line in engine.err if '"event": "connected"' in line]
    assert len(connected) == 1
