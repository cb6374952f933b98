"""What the tutorial tells a reader to type works as it stands."""

import re
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[2] / "docs/tutorial/first-alert.md"
TIME_LIMIT_S = 90
PORTS = ("8765", "8766")


def as_script(page: str) -> str:
    """Return the page as a shell script: `sh` blocks are commands, blocks with a title are files to be saved."""
    script = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    for kind, title, text in re.findall(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', page, re.DOTALL | re.MULTILINE):
        if title:
            script.append(f"cat > {title} <<'END OF FILE'\n{text}END OF FILE")
        elif kind == "sh":
            script.append(text.rstrip())
    return "\n".join(script) + "\n"


def free_ports(count: int) -> list[str]:
    """Return ports that are free now, each different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [str(each.getsockname()[1]) for each in sockets]


@pytest.mark.slow
def test_the_tutorial_leads_to_an_alert(tmp_path: Path) -> None:
    """Every command of the tutorial succeeds, in order, and the receiver has an alert of the tutorial's rule."""
    page = TUTORIAL.read_text("utf-8").replace("--for 15s", "--for 6s")
    for documented, free in zip(PORTS, free_ports(len(PORTS)), strict=True):
        page = page.replace(documented, free)
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    done = subprocess.run(
        # `timeout` ends what the script started in the background as well.
        ["timeout", f"{TIME_LIMIT_S}", "bash", "-c", as_script(page)],
        cwd=tmp_path,
        env={"PATH": path, "LC_ALL": "C.UTF-8", "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    received = (tmp_path / "first/received.txt").read_text("utf-8").splitlines()
    assert received
    assert all(line.startswith("high outage @") for line in received)
