"""A server that drops every connection at once, again and again: nothing is left of any of them.

`TOCSIN_FULL=1` drops a thousand times.
"""

import gc
import os
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import anyio
import pytest

from tests.integration.stream_runs import Run, running
from tests.integration.stream_server import Behaviour, Peer, babbles, refuses, stays
from tocsin.sources.source import Connected, Disconnected, Received

pytestmark = pytest.mark.anyio

DROPS = 1_000 if os.environ.get("TOCSIN_FULL") == "1" else 50
WITHIN_S = 120
"""Nothing takes so long; a machine with other work is given it."""


async def hangs_up(peer: Peer) -> None:
    """End the connection before the handshake is answered."""


async def welcomes_and_hangs_up(peer: Peer) -> None:
    """Accept, and end the connection before anything can be said."""
    await peer.accept()


async def welcomes_and_resets(peer: Peer) -> None:
    """The same with a reset."""
    await peer.accept()
    peer.reset()


WAYS: tuple[Behaviour, ...] = (hangs_up, babbles, refuses(502), welcomes_and_hangs_up, welcomes_and_resets)


@dataclass(frozen=True, slots=True)
class Held:
    """What the process holds at a moment."""

    sockets: int
    tasks: int
    objects: int


@pytest.mark.slow
@pytest.mark.timeout(WITHIN_S)
async def test_drops_in_a_row_leave_sockets_tasks_and_memory_flat() -> None:
    ways, looked = list(islice(cycle(WAYS), DROPS)), anyio.Event()

    async def stays_for_a_look(peer: Peer) -> None:
        await peer.open()
        await peer.tweet("before")
        await looked.wait()

    async with running(*ways[:20], stays_for_a_look, *ways, stays) as run:
        await run.until(*[Disconnected] * 20, Connected, Received, within_s=WITHIN_S)
        before = await held(run)
        looked.set()
        await run.until(*[Disconnected] * (DROPS + 1), Connected, Received, within_s=WITHIN_S)
        connections, after = len(run.server.peers), await held(run)
    print(f"{DROPS:,} drops: {before} before, {after} after")
    assert connections == DROPS + 22
    assert (after.sockets, after.tasks) == (before.sockets, before.tasks)
    # Less than one object for each drop: nothing of any of them is kept.
    assert after.objects - before.objects < DROPS


async def held(run: Run) -> Held:
    """Return what is held once all is quiet and the test has let go of what it noted itself."""
    del run.events[:], run.pauses[:], run.logged[:]
    # The server counts them to know its turn: as many places, and one peer.
    run.server.peers[:] = run.server.peers[-1:] * len(run.server.peers)
    await anyio.wait_all_tasks_blocked()
    gc.collect()
    links = [os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]  # noqa: PTH115
    sockets = sum(target.startswith("socket:") for target in links)
    return Held(sockets, len(anyio.get_running_tasks()), len(gc.get_objects()))
