"""The specification's own JavaScript, with npm's `ws`, against `tocsin simulate`: unchanged but for URL and key.

`make specification-js` installs `ws`.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.simulating import simulate

FOLDER = Path(__file__).parent / "specification_js"
FILTERS = {"keywords": ["javascript", "programming"], "language": "en"}

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
    pytest.mark.skipif(not (FOLDER / "node_modules" / "ws").is_dir(), reason="run `make specification-js` first"),
]


def tweets(path: Path) -> Path:
    """Write three tweets, of which the example's subscription lets the first two through."""
    spoken = [("js", "I like #JavaScript, javascript", "en"), ("prog", "programming", "en"), ("de", "javascript", "de")]
    user = {"id": "7", "username": "ada", "name": "Ada"}
    lines = [json.dumps({"id": name, "text": text, "lang": lang, "user": user}) for name, text, lang in spoken]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def run_example(example: str, query: str, key: str, folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """Return what the example printed, and the server's log of its connection."""
    log = folder / "events.jsonl"
    file = tweets(folder / "tweets.jsonl")
    options = ("--file", str(file), "--loop", "--rate", "200", "--key", "good", "--event-log", str(log))
    with simulate(*options) as (server, url):
        command = ["node", "run.js", url + query, key, example]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=20)
        server.terminate()
        server.wait(10)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout, [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_the_example_connects_subscribes_receives_unsubscribes_and_closes(tmp_path: Path) -> None:
    printed, events = run_example("connection_example.js", "?api_key=good", "", tmp_path)
    assert printed.startswith("Connected to Scrapest WebSocket\nReceived: {")
    assert printed.endswith("WebSocket connection closed\n")
    kinds = [entry["event"] for entry in events]
    assert list(dict.fromkeys(kinds)) == ["handshake", "subscribed", "sent", "unsubscribed", "closed"]
    assert events[1]["filters"] == FILTERS
    unsubscribed = kinds.index("unsubscribed")
    assert events[unsubscribed]["filters"] == {"keywords": ["javascript"]}
    sent = [entry["id"] for entry in events if entry["event"] == "sent"]
    assert set(sent) == {"js", "prog"}
    # Some may have been on their way when the message came; but while both are asked for, they take turns.
    assert sent[-4:] == ["prog"] * 4
    # A bare `ws.close()` sends no code.
    assert (events[-1]["code"], events[-1]["by"]) == (1005, "client")


def test_the_key_in_a_header_lets_the_example_in_and_a_bare_close_is_clean(tmp_path: Path) -> None:
    _, events = run_example("connection_setup.js", "", "good", tmp_path)
    assert [entry["event"] for entry in events] == ["handshake", "unsubscribed", "closed"]
    assert (events[0]["status"], events[-1]["code"], events[-1]["by"]) == (101, 1005, "client")
