"""Nothing that comes from outside can write a line of the log, colour a terminal, or show a secret, at any level."""

import json
import re
from pathlib import Path

import pytest

from tests.e2e.program import Program, finished
from tests.receivers import Answer, HttpReceiver

FORGED = '2026-01-01T00:00:00.000Z error   forged alert=0000\n{"level": "error", "event": "forged"}'
HOSTILE = [
    f"hacked\n{FORGED}",
    f"hacked\r\n{FORGED}\r\n",
    "hacked \u2028forged\u2029forged\x85forged",
    "hacked \x1b[2J\x1b]0;forged\x07\x1b[31mforged",
    "hacked \u202eforged\u202c",
    'hacked" event="forged" x="',
    "hacked \x00\x08\x7f forged",
]
RULES = """
tocsin: 1
rules:
  hacked: {title: "{{ text }}", when: {word: hacked}, notify: [hook, action]}
  broken: {when: {">": [{var: text}, 3]}, notify: [hook]}
"""
KEYS = {"KEY_URL": "canary-u7d1", "KEY_USER": "canary-p2a9"}
FIELD = r'[\w.]+=(?:"(?:[^"\\]|\\.)*"|[^\s"=\\]+)'
LINE = re.compile(rf"20\d\d-\d\d-\d\dT[\d:.]+Z (debug|info|warning|error) +([\w-]+)(?: {FIELD})*")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tweets = [
        {"id": f"{number}{text}"[:64], "text": f"{text} canary-text-{number}", "user": {"id": text, "username": text}}
        for number, text in enumerate(HOSTILE)
    ]
    lines = [json.dumps(tweet) for tweet in tweets] + [f"no JSON {HOSTILE[3]}", '{"type": "x\\n' + "forged" + '"}']
    (tmp_path / "tweets.jsonl").write_text("".join(f"{line}\n" for line in lines))
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path


def run(folder: Path, form: str) -> Program:
    """Return a run whose destination refuses everything in hostile words."""
    forge = folder / "forge"
    forge.write_text("#!/bin/sh\nprintf 'forged\\n\\033[31mforged' >&2\nexit 1\n")
    forge.chmod(0o700)
    body = f'refused\n{FORGED}\x1b[31m "event": "forged"'.encode()
    with HttpReceiver(otherwise=Answer(status=400, body=body)) as hook:
        (folder / "tocsin.yaml").write_text(
            "source: {type: replay, path: tweets.jsonl}\nrules: [rules.yaml]\n"
            f"plugins: {{exec: {{allow: [{forge}]}}}}\ndestinations:\n"
            f'  hook: {{url: "json://${{KEY_USER}}:${{KEY_USER}}@127.0.0.1:{hook.port}/${{KEY_URL}}"}}\n'
            f"  action: {{action: exec, command: [{forge}]}}\n"
        )
        program = finished("run", "--log-level", "debug", "--log-format", form, cwd=folder, env=KEYS)
    assert program.wait() == 0, program.output()
    return program


def events_of(program: Program, form: str) -> list[str]:
    """Return the events of a log; fails if a line is not one of the log's own."""
    if form == "json":
        return [json.loads(line)["event"] for line in program.err]
    found = [LINE.fullmatch(line) for line in program.err]
    assert [line for line, match in zip(program.err, found, strict=True) if match is None] == []
    return [match[2] for match in found if match is not None]


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_tweet_and_no_service_can_forge_a_line_or_act_on_a_terminal(folder: Path, form: str) -> None:
    program = run(folder, form)
    events = events_of(program, form)
    assert events.count("alert") >= len(HOSTILE)
    assert "refused" in events
    assert "rule-failed" in events
    assert "unusable-message" in events
    assert "forged" not in events
    assert [line for line in program.err if not (line.isascii() and line.isprintable())] == []


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_log_has_no_text_of_a_tweet_and_no_secret(folder: Path, form: str) -> None:
    log = "\n".join(run(folder, form).err)
    assert "canary" not in log
