"""A log line says what happened and can't be forged by what is in it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from tocsin.telemetry.log import LineLog, report_faults, silence_libraries
from tocsin.testing import ManualClock


def written(level: str = "info", *, threshold: str = "info", form: str = "text", **fields: object) -> str:
    stream = io.StringIO()
    log = LineLog(ManualClock(), threshold=threshold, form="json" if form == "json" else "text", stream=stream)
    log(level, "event", **fields)
    return stream.getvalue()


def test_an_event_is_one_line_of_time_level_name_and_fields() -> None:
    assert written(rule="x", count=3) == "2026-01-01T12:00:00.000Z info    event rule=x count=3\n"


def test_an_event_below_the_threshold_is_not_written() -> None:
    assert written("debug") == ""


@pytest.mark.parametrize("hostile", ["a\nforged line", "\x1b[31mred", 'quo"te', "a b", "k=v", "\u202egnp", "", "é"])
def test_a_hostile_value_stays_on_its_line_in_ascii_without_control_characters(hostile: str) -> None:
    line = written(value=hostile)
    assert line.count("\n") == 1
    assert line.rstrip("\n").isprintable()
    assert line.isascii()


def test_the_json_form_reads_back() -> None:
    record = json.loads(written(form="json", value="a\nb", other=None))
    assert record == {
        "at": "2026-01-01T12:00:00.000Z",
        "level": "info",
        "event": "event",
        "value": "a\nb",
        "other": None,
    }


def test_a_closed_stream_does_not_stop_the_engine() -> None:
    stream = io.StringIO()
    log = LineLog(ManualClock(), stream=stream)
    stream.close()
    log("info", "event")


def test_a_log_follows_standard_error_to_whatever_stands_in_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    log = LineLog(ManualClock())
    above_the_status_line = io.StringIO()
    monkeypatch.setattr("sys.stderr", above_the_status_line)
    log("info", "event")
    assert above_the_status_line.getvalue() == "2026-01-01T12:00:00.000Z info    event\n"


class FullDisk(io.StringIO):
    """A log file on a disk that is full."""

    def write(self, text: str) -> int:
        """Fail."""
        raise OSError(28, "No space left on device")


def test_a_log_whose_disk_is_full_does_not_stop_the_engine() -> None:
    LineLog(ManualClock(), stream=FullDisk())("info", "event")


@pytest.fixture
def loggers() -> Iterator[None]:
    """Leave the loggers of the process as they were."""
    root, ours = logging.getLogger(), logging.getLogger("tocsin")
    before = (root.handlers[:], ours.handlers[:])
    yield
    root.handlers[:], ours.handlers[:] = before
    logging.captureWarnings(False)


@pytest.mark.usefixtures("loggers")
def test_a_fault_of_our_own_is_told_where_libraries_are_silent_and_without_what_was_sent_to_us() -> None:
    stream = io.StringIO()
    silence_libraries()
    report_faults(LineLog(ManualClock(), form="json", stream=stream))
    for name in ("tocsin.telemetry.http", "library"):
        try:
            raise ValueError("token=hunter2")
        except ValueError:
            logging.getLogger(name).exception("answering %s %s failed", "POST", "/ack/1")
    logging.getLogger("tocsin.telemetry.http").debug("a client went away")
    told = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(each["level"], each["event"], each["detail"], each["error"]) for each in told] == [
        ("error", "fault", "answering POST /ack/1 failed", "ValueError")
    ]
    assert told[0]["where"].startswith("test_log.py:")
    assert "hunter2" not in stream.getvalue()
