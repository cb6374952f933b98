"""The command line as a whole: mistakes end in one line and a status."""

import socket

import pytest

from tocsin.cli.main import main


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
