"""What an operator meets: refusals, signals, health, a second engine, a dry run."""

import json
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import Program, finished, journal_of, running, until
from tests.receivers import Answer, HttpReceiver

KEY = "canary-5f2a9c"
RULES = """
tocsin: 1
rules:
  everything: {when: {gte: [.metrics.likes, 0]}}
"""


def configure(folder: Path, url: str, *, hook: int = 9, more: str = "") -> None:
    (folder / "rules.yaml").write_text(RULES)
    (folder / "tocsin.yaml").write_text(
        f'source: {{url: "{url}", api_key: "${{SCRAPEST_API_KEY}}", subscribe: {{}}}}\nrules: [rules.yaml]\n'
        f'destinations: {{hook: {{url: "json://127.0.0.1:{hook}/"}}}}\nroutes: [{{notify: [hook]}}]\n{more}'
    )


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Program]:
    with running("simulate", "--port", "0", "--key", KEY, cwd=tmp_path) as program:
        yield program


def url_of(simulator: Program) -> str:
    return simulator.line("listening on").removeprefix("listening on ")


def test_a_refused_key_ends_with_status_3_and_names_the_setting_not_the_key(tmp_path: Path, simulator: Program) -> None:
    configure(tmp_path, url_of(simulator))
    program = finished("run", "--log-level", "debug", cwd=tmp_path, env={"SCRAPEST_API_KEY": "wrong-key-1234"})
    assert program.wait() == 3, program.output()
    assert "source.api_key" in program.output()
    assert "wrong-key-1234" not in program.output()


def test_sigterm_with_a_hanging_destination_ends_with_status_0_and_keeps_what_was_not_sent(
    tmp_path: Path, simulator: Program
) -> None:
    with HttpReceiver(otherwise=Answer(how="never")) as hook:
        configure(tmp_path, url_of(simulator), hook=hook.port)
        with running("run", cwd=tmp_path, env={"SCRAPEST_API_KEY": KEY}) as program:
            until(lambda: bool(hook.posted), "a send under way")
            until(lambda: sum('"alert"' in line for line in program.err) > 2, "alerts waiting behind it")
            program.send(signal.SIGTERM)
            assert program.wait() == 0, program.output()
    waiting = finished("outbox", "--format", "json", cwd=tmp_path, env={"SCRAPEST_API_KEY": KEY})
    assert len(waiting.out) > 1
    assert journal_of(tmp_path / "tocsin.db")[-1]["kind"] in {"lifecycle", "attempted"}


def test_a_second_signal_leaves_at_once(tmp_path: Path, simulator: Program) -> None:
    with HttpReceiver(otherwise=Answer(how="never")) as hook:
        configure(tmp_path, url_of(simulator), hook=hook.port)
        with running("run", cwd=tmp_path, env={"SCRAPEST_API_KEY": KEY}) as program:
            until(lambda: bool(hook.posted), "a send under way")
            program.send(signal.SIGTERM)
            # Two signals of one kind that are pending at once are one: the other kind is surely a second.
            program.send(signal.SIGINT)
            assert program.wait() in {130, 143}


def test_health_and_metrics_are_served_where_the_configuration_says(tmp_path: Path, simulator: Program) -> None:
    with HttpReceiver() as hook:
        configure(tmp_path, url_of(simulator), hook=hook.port, more='http: {listen: "127.0.0.1:0"}\n')
        with running("run", "--log-format", "json", cwd=tmp_path, env={"SCRAPEST_API_KEY": KEY}) as program:
            served = json.loads(program.line('"serving"'))["url"]
            until(lambda: answer(f"{served}/readyz")[0] == 200, "readiness")
            until(lambda: "tocsin_tweets_total 0" not in answer(f"{served}/metrics")[1], "a tweet in the metrics")
            assert answer(f"{served}/livez")[0] == 200
            assert answer(f"{served}/nope")[0] == 404
            ready = json.loads(answer(f"{served}/readyz")[1])
            assert (ready["rules"], ready["problems"]) == (1, [])


def test_a_port_that_is_taken_is_one_line_and_status_2(tmp_path: Path, simulator: Program) -> None:
    port = url_of(simulator).removesuffix("/ws").rpartition(":")[2]
    configure(tmp_path, url_of(simulator), more=f'http: {{listen: "127.0.0.1:{port}"}}\n')
    for arguments in (("simulate", "--port", port), ("run", "--log-level", "error")):
        program = finished(*arguments, cwd=tmp_path, env={"SCRAPEST_API_KEY": KEY})
        assert (program.wait(), len(program.err)) == (2, 1), program.output()
        assert f"can't listen at 127.0.0.1:{port}" in program.err[0]


def answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_second_engine_on_the_same_state_is_refused_clearly(tmp_path: Path, simulator: Program) -> None:
    configure(tmp_path, url_of(simulator))
    with running("run", cwd=tmp_path, env={"SCRAPEST_API_KEY": KEY}) as program:
        program.line("connected")
        second = finished("run", cwd=tmp_path, env={"SCRAPEST_API_KEY": KEY})
    assert second.wait() == 2
    assert "tocsin.db" in second.output()
    assert "Traceback" not in second.output()


def test_a_dry_run_shows_alerts_sends_nothing_and_leaves_nothing(tmp_path: Path, simulator: Program) -> None:
    with HttpReceiver() as hook:
        configure(tmp_path, url_of(simulator), hook=hook.port)
        program = finished("run", "--dry-run", "--for", "2s", cwd=tmp_path, env={"SCRAPEST_API_KEY": KEY})
    assert program.wait() == 0, program.output()
    assert any(line.startswith("alert ") for line in program.out)
    assert not any("refused" in line or "gave-up" in line for line in program.err)
    assert not hook.posted
    assert not (tmp_path / "tocsin.db").exists()


def test_a_missing_configuration_is_one_line_and_status_2(tmp_path: Path) -> None:
    program = finished("run", cwd=tmp_path)
    assert (program.wait(), len(program.err)) == (2, 1)
    assert "tocsin init" in program.err[0]
