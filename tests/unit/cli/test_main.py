"""The command line as a whole: mistakes end in one line and a status."""

import socket
from pathlib import Path

import pytest

from tocsin.cli.main import main
from tocsin.store.sqlite import SqliteStore


def test_a_mistake_noticed_within_a_task_group_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit) as ended:
        main(["simulate", "--port", str(taken.getsockname()[1])])
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (2, 1)
    assert said.startswith("tocsin: can't listen at 127.0.0.1:")


def test_a_path_that_no_file_can_have_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", "a" * 400])
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    "words",
    [
        ["silence", "add", "eq: [.rule, \udcff]", "--for", "1h", "--why", "w", "--state", "t.db"],
        ["alerts", "--rule", "\udcff", "--state", "t.db"],
    ],
)
def test_words_that_are_not_utf_8_are_one_line(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    SqliteStore.open(tmp_path / "t.db").close()
    with pytest.raises(SystemExit) as ended:
        main(words)
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (2, 1)
    assert "not UTF-8" in said


@pytest.mark.parametrize("words", [["silence", "list"], ["alerts"], ["outbox", "list"]], ids=" ".join)
def test_more_rows_than_a_database_can_count_is_a_mistake_of_usage(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--limit", "9" * 30])
    assert ended.value.code == 2
    assert "not in the range" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["silence", "add", "eq: [.rule, a]", "--for", "1h", "--why"], ["ack", "0123", "--note"]],
    ids=["why", "note"],
)
def test_a_reason_is_a_few_words_and_no_document(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "w" * 100_000])
    assert ended.value.code == 2
    assert "100,000 characters are too many" in capsys.readouterr().err
