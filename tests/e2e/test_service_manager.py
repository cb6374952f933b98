"""What systemd hears of a run, over a real datagram socket; and that the files for systemd and containers are sound."""

import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import PATIENCE_S, Program, running
from tests.receivers import HttpReceiver

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "packaging/systemd/tocsin.service"
CONTAINER = ROOT / "packaging/container/Containerfile"


class Manager:
    """The socket that systemd would listen at."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(address.replace("@", "\0", 1))
        self._socket.settimeout(PATIENCE_S)

    def hear(self, wanted: str) -> list[str]:
        """Return the assignments of the next datagram that has the wanted one."""
        while True:
            said = self._socket.recv(4096).decode().split("\n")
            if wanted in said:
                return said

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    address = str(tmp_path / "notify") if request.param == "path" else f"@tocsin-test-{tmp_path.name}"
    opened = Manager(address)
    yield opened
    opened.close()


def configure(folder: Path, simulator: Program, port: int) -> None:
    url = simulator.line("listening on").removeprefix("listening on ")
    (folder / "rules.yaml").write_text("tocsin: 1\nrules: {a: {when: {word: x}, notify: [hook]}}\n")
    (folder / "tocsin.yaml").write_text(
        f'source: {{url: "{url}", api_key: k, subscribe: {{}}}}\nrules: [rules.yaml]\n'
        f'destinations: {{hook: {{url: "json://127.0.0.1:{port}/"}}}}\n'
    )


def test_systemd_hears_that_tocsin_is_ready_alive_and_stopping(tmp_path: Path, manager: Manager) -> None:
    with HttpReceiver() as hook, running("simulate", "--port", "0", cwd=tmp_path) as simulator:
        configure(tmp_path, simulator, hook.port)
        env = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "600000"}
        with running("run", cwd=tmp_path, env=env) as engine:
            manager.hear("READY=1")
            engine.line("connected")
            said = manager.hear("WATCHDOG=1")
            while "ready, 1 rules" not in said[-1]:
                said = manager.hear("WATCHDOG=1")
            assert said[-1].startswith("STATUS=")
            engine.send(signal.SIGTERM)
            manager.hear("STOPPING=1")
            assert engine.wait() == 0, engine.output()


def test_a_manager_that_is_gone_does_not_stop_the_work(tmp_path: Path) -> None:
    with HttpReceiver() as hook, running("simulate", "--port", "0", cwd=tmp_path) as simulator:
        configure(tmp_path, simulator, hook.port)
        env = {"NOTIFY_SOCKET": str(tmp_path / "nobody"), "WATCHDOG_USEC": "nonsense"}
        with running("run", "--for", "1s", cwd=tmp_path, env=env) as engine:
            assert engine.wait() == 0, engine.output()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_takes_the_unit_without_a_word(tmp_path: Path) -> None:
    unit = tmp_path / "tocsin.service"
    # The program itself isn't installed here, and systemd looks for it.
    unit.write_text(UNIT.read_text().replace("/opt/tocsin/bin/tocsin", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_unit_starts_again_what_crashed_and_not_what_was_refused() -> None:
    unit = UNIT.read_text()
    assert re.findall(r"^(?:Restart|RestartPreventExitStatus)=(.*)$", unit, re.MULTILINE) == ["on-failure", "2 3"]
    assert "Type=notify" in unit
    assert "DynamicUser=yes" in unit


def test_the_container_is_built_from_what_is_there_and_runs_as_nobody_in_particular() -> None:
    text = CONTAINER.read_text()
    copied = [part for line in re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE) for part in line.split()]
    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert re.findall(r"^USER (\d+):", text, re.MULTILINE) == ["10001"]
    assert text.index("USER 10001") < text.index("ENTRYPOINT")
    assert "HEALTHCHECK" in text
    assert "VOLUME /var/lib/tocsin" in text
