"""`tocsin trace` on what a real run left: delivered, withheld, left out, and never seen."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import Program, finished, journal_of, running, until
from tests.receivers import HttpReceiver

RULES = """
tocsin: 1
rules:
  hacked:
    when: {word: hacked}
    except: [{id: giveaway, why: "a wave of fakes, says Ann", when: {contains: giveaway}}]
  quiet-rule: {when: {word: nothing-has-this}}
"""
HACKED, FAKE, TWICE = "1990000000000000001", "1990000000000000002", "1990000000000000003"
TEXTS = [(HACKED, "exchange hacked"), (FAKE, "hacked giveaway"), (TWICE, "all is well"), (TWICE, "all is well")]
SNOWFLAKE = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)


def id_of(at: datetime) -> str:
    return str(((at - SNOWFLAKE) // timedelta(milliseconds=1)) << 22)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose stream was cut once."""
    folder = tmp_path_factory.mktemp("trace")
    tweets = [
        {"id": number, "text": text, "user": {"id": "u"}}
        for number, text in [*TEXTS, ("1990000000000000004", "after the gap")]
    ]
    (folder / "tweets.jsonl").write_text("".join(json.dumps(tweet) + "\n" for tweet in tweets))
    (folder / "rules.yaml").write_text(RULES)
    fault = ("--fault", f"drop after={len(TEXTS)}")
    stream = ("simulate", "--port", "0", "--file", "tweets.jsonl", "--rate", "20", *fault)
    with HttpReceiver() as hook, running(*stream, cwd=folder) as simulator:
        url = simulator.line("listening on").removeprefix("listening on ")
        (folder / "tocsin.yaml").write_text(
            f'source: {{url: "{url}", api_key: k, subscribe: {{keywords: [hacked, well, gap]}}}}\n'
            f'rules: [rules.yaml]\ndestinations: {{hook: {{url: "json://127.0.0.1:{hook.port}/"}}}}\n'
            "routes: [{notify: [hook]}]\n"
        )
        with running("run", cwd=folder) as engine:
            until(lambda: sum("connected" in line for line in engine.err) >= 3, "the second connection")
            until(lambda: bool(hook.posted), "the alert")
            engine.process.terminate()
            assert engine.wait() == 0, engine.output()
    return folder


def traced(folder: Path, *arguments: str) -> tuple[Program, dict[str, Any]]:
    program = finished("trace", *arguments, "--format", "json", cwd=folder)
    assert program.out, program.output()
    return program, json.loads(program.out[0])


def kinds(story: dict[str, Any]) -> list[str]:
    return [moment["kind"] for moment in story["timeline"]]


def test_a_delivered_tweet_is_told_from_seen_to_delivered(folder: Path) -> None:
    program, story = traced(folder, HACKED)
    assert program.wait() == 0
    assert [kind for kind in kinds(story) if kind not in {"written", "gap"}] == [
        "in-force", "seen", "matched", "attempted",
    ]  # fmt: skip
    [row] = story["deliveries"]
    assert (row["destination"], row["state"], row["attempts"]) == ("hook", "delivered", 1)
    assert "was delivered to hook at" in story["answer"][0]


def test_an_alert_tells_the_same_as_its_tweet(folder: Path) -> None:
    _, of_tweet = traced(folder, HACKED)
    alert_id = of_tweet["deliveries"][0]["alert_id"]
    _, of_alert = traced(folder, alert_id)
    assert (of_alert["subject"], of_alert["tweet_id"]) == ("alert", HACKED)
    assert of_alert["timeline"] == of_tweet["timeline"]
    shown = finished("trace", alert_id, cwd=folder)
    assert shown.wait() == 0
    assert shown.out[0] == f"alert {alert_id} of tweet {HACKED}"


def test_a_withheld_tweet_says_who_held_it_back_and_why(folder: Path) -> None:
    _, story = traced(folder, FAKE)
    assert "withheld: exception 'giveaway': a wave of fakes, says Ann" in story["answer"][0]


def test_a_tweet_that_was_left_out_says_by_whom(folder: Path) -> None:
    _, story = traced(folder, TWICE)
    assert kinds(story).count("dropped") == 1
    seen, dropped = story["answer"]
    assert seen == "the tweet was seen, and no rule matched it"
    assert "left out before the rules by stream: seen before" in dropped


def test_a_tweet_written_in_a_gap_was_never_seen_and_the_gap_is_named(folder: Path) -> None:
    [gap] = [record for record in journal_of(folder / "tocsin.db") if record["kind"] == "gap"]
    since, end = datetime.fromisoformat(gap["since"]), datetime.fromisoformat(gap["until"])
    program, story = traced(folder, id_of(since + (end - since) / 2))
    assert program.wait() == 1
    assert (story["known"], story["seen"]) == (False, False)
    said = "\n".join(story["answer"])
    assert "is not in the journal" in said
    assert f"the stream was not seen from {since:%Y-%m-%d %H:%M:%S}Z" in said
    assert "the stream is asked for keywords hacked, well, gap" in said


def test_a_tweet_at_hand_tells_whether_the_stream_was_asked_for_it(folder: Path) -> None:
    never = id_of(datetime.fromisoformat(journal_of(folder / "tocsin.db")[-1]["at"]))
    for text, among in (("was hacked", "this tweet is among that"), ("was robbed", "this tweet is not among that")):
        tweet = {"id": never, "text": text, "user": {"id": "1"}}
        (folder / "given.json").write_text(json.dumps(tweet))
        _, story = traced(folder, never, "--tweet", "given.json")
        assert among in "\n".join(story["answer"])


def test_a_rule_explains_itself_on_the_tweet_that_an_alert_kept(folder: Path) -> None:
    _, story = traced(folder, HACKED, "--rule", "quiet-rule")
    assert (story["rule"]["rule"], story["rule"]["verdict"]) == ("quiet-rule", "no_match")
    program = finished("trace", TWICE, "--rule", "quiet-rule", cwd=folder)
    assert program.wait() == 0
    assert "hand it in with --tweet FILE" in program.output()


def test_an_unknown_id_ends_with_status_1_and_says_what_ids_look_like(folder: Path) -> None:
    program = finished("trace", "nonsense", cwd=folder)
    assert program.wait() == 1
    assert "nothing is known of 'nonsense'" in program.output()
    assert "16 hexadecimal digits" in program.output()


def test_what_was_withheld_is_counted_and_searched_by_rule_and_time(folder: Path) -> None:
    counted = finished("alerts", "--withheld", "--since", "2h", cwd=folder)
    assert [line.split("\t")[:3] for line in counted.out] == [
        ["1", "hacked", "exception 'giveaway': a wave of fakes, says Ann"]
    ]
    [record] = [json.loads(line) for line in finished("alerts", "--withheld", "--format", "json", cwd=folder).out]
    assert (record["rule"], record["tweet_id"]) == ("hacked", FAKE)
    assert "nothing was withheld" in finished("alerts", "--withheld", "--rule", "quiet-rule", cwd=folder).output()
    [sent] = [json.loads(line) for line in finished("alerts", "--sent", "--format", "json", cwd=folder).out]
    assert sent["tweet_id"] == HACKED
    assert finished("alerts", "--failed", "--format", "json", cwd=folder).out == []
