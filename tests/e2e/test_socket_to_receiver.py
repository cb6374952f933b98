"""The main job from outside: a stream that is cut in five ways, planted tweets, alerts by webhook and by mail.

`TOCSIN_FULL=1` runs it at 100 tweets a second for a minute, every alert by mail as well. Otherwise it is shorter and
only one rule's alerts go by mail: apprise waits some seconds between two mails.
"""

import json
import os
import signal
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import journal_of, running, until
from tests.receivers import HttpReceiver, MailReceiver

FULL = os.environ.get("TOCSIN_FULL") == "1"
RATE = 100 if FULL else 50
PART_S = 10 if FULL else 5
LAST_PART_S = 10
"""After the last cut, which the reader answers with a pause of at least five seconds."""

PLANTED_EVERY = 100 if FULL else 50
CUTS = ("drop", "close code=1000", "rst", "close code=1012", "oversize")
COUNT = RATE * (PART_S * len(CUTS) + LAST_PART_S)

CONFIG = """
source: {{url: "{url}", api_key: "${{SCRAPEST_API_KEY}}", subscribe: {{}}}}
rules: [rules.yaml]
destinations:
  hook: {{url: "${{HOOK_URL}}"}}
  mail: {{url: "${{MAIL_URL}}"}}
routes:
  - {{when: {when}, notify: [hook, mail]}}
  - {{notify: [hook]}}
"""

RULES = """
tocsin: 1
rules:
  planted-word: {severity: critical, when: {word: planted-one}}
  planted-author: {match: {users: [planted_author], min_retweets: 5}}
  planted-tag: {when: {and: [{hashtag: plantedtag}, {not: {starts_with: "RT @"}}]}}
"""


def tweet(number: int, text: str, username: str = "someone", retweets: int = 0) -> dict[str, Any]:
    return {
        "id": str(10**18 + number),
        "text": f"{text} {number}",
        "user": {"id": "1", "username": username, "name": "Some One"},
        "created_at": "2026-11-24T00:00:00Z",
        "metrics": {"retweets": retweets, "likes": 0, "replies": 0},
    }


def planted(number: int) -> dict[str, Any] | None:
    """Return the tweet to plant at a place of the stream, if any; the stream is quiet where it is cut."""
    if number % PLANTED_EVERY != PLANTED_EVERY // 2:
        return None
    return (
        tweet(number, "we found planted-one here"),
        tweet(number, "a post", username="planted_author", retweets=7),
        tweet(number, "look #PlantedTag"),
    )[number // PLANTED_EVERY % 3]


def near_miss(number: int) -> dict[str, Any]:
    return (
        tweet(number, "RT @a: #plantedtag"),
        tweet(number, "a post", username="planted_author", retweets=4),
        tweet(number, "planted-oneness"),
        tweet(number, "nothing to see"),
    )[number % 4]


def is_planted_word(tweet_id: str) -> bool:
    plant = planted(int(tweet_id) - 10**18)
    return plant is not None and "planted-one" in plant["text"]


def tweet_id_in(message: bytes) -> str:
    """Return the id of the tweet that a mail is about: its text, and so the subject, ends with the tweet's number."""
    subject = str(message_from_bytes(message, policy=default)["Subject"])
    return str(10**18 + int(subject.rpartition(" ")[2]))


def sent_plants(events: Path) -> list[str]:
    """Return the ids of the planted tweets that the server sent to anyone, by its own log."""
    plants = {str(10**18 + number) for number in range(COUNT) if planted(number)}
    records = [json.loads(line) for line in events.read_text().splitlines()]
    return sorted(record["id"] for record in records if record["event"] == "sent" and record["id"] in plants)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_planted_match_arrives_once_by_webhook_and_by_mail_though_the_stream_is_cut_five_times(
    tmp_path: Path,
) -> None:
    tweets = [planted(number) or near_miss(number) for number in range(COUNT)]
    (tmp_path / "tweets.jsonl").write_text("".join(json.dumps(item) + "\n" for item in tweets))
    (tmp_path / "rules.yaml").write_text(RULES)
    faults = [
        argument
        for index, cut in enumerate(CUTS, start=1)
        for argument in ("--fault", f"{cut} after={index * PART_S * RATE}")
    ]
    stream = ["simulate", "--port", "0", "--file", "tweets.jsonl", "--rate", str(RATE), "--event-log", "events.jsonl"]
    with HttpReceiver() as hook, MailReceiver() as mail, running(*stream, *faults, cwd=tmp_path) as simulator:
        url = simulator.line("listening on").removeprefix("listening on ")
        (tmp_path / "tocsin.yaml").write_text(
            CONFIG.format(url=url, when="true" if FULL else "{eq: [.rule, planted-word]}")
        )
        env = {
            "SCRAPEST_API_KEY": "k",
            "HOOK_URL": f"json://127.0.0.1:{hook.port}/hook",
            "MAIL_URL": f"mailto://127.0.0.1:{mail.port}?from=tocsin@example.org&to=someone@example.org",
        }
        with running("run", cwd=tmp_path, env=env) as engine:
            assert simulator.wait(240) == 0, simulator.output()
            expected = sent_plants(tmp_path / "events.jsonl")
            until(lambda: len(hook.posted) >= len(expected), "the planted alerts at the webhook")
            mailed = [tweet_id for tweet_id in expected if FULL or is_planted_word(tweet_id)]
            until(lambda: len(mail.messages) >= len(mailed), "the planted alerts by mail", patience_s=500)
            engine.send(signal.SIGTERM)
            assert engine.wait() == 0, engine.output()
    assert len(expected) > COUNT // PLANTED_EVERY // 2
    assert sorted(post.json["tweet"]["id"] for post in hook.posted) == expected
    assert sorted(tweet_id_in(message) for message in mail.messages) == mailed
    assert mailed
    gaps = [record for record in journal_of(tmp_path / "tocsin.db") if record["kind"] == "gap"]
    assert len(gaps) >= len(CUTS), gaps
    assert all(gap["since"] <= gap["until"] for gap in gaps)
