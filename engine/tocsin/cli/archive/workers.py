"""Blocks handed to several processes, what they found handed back in the order of the blocks."""

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Final

from tocsin.cli.archive.finds import Found
from tocsin.cli.archive.matching import BlockMatcher
from tocsin.errors import TocsinError
from tocsin.sources.blocks import Block
from tocsin.sources.spans import Span

Make = Callable[[], BlockMatcher]

_BLOCKS_AHEAD: Final = 2
"""Blocks read for each process beyond the one that it is at."""

CAN_FORK: Final = sys.platform == "linux"
"""Whether a process can begin as a copy of this one, with the rules as they are; elsewhere it loads them again."""


def found_by_processes(jobs: int, make: Make, blocks: Iterable[Block | Span]) -> Iterator[Found]:
    """Yield what each block held, in the order of the blocks, as `jobs` processes find it.

    `make` gives each process its matcher; where processes can't be forked it must be picklable.

    Raises:
        TocsinError: a process ended before its time.
    """
    # Before any thread: a fork copies only the one that asks for it.
    workers = _started(jobs, make)
    try:
        with ThreadPoolExecutor(jobs) as threads:
            waiting: deque[Future[Found]] = deque()
            idle: SimpleQueue[Connection] = SimpleQueue()
            for connection in workers:
                idle.put(connection)
            failure: TocsinError | None = None
            reading = iter(blocks)
            while True:
                try:
                    block = next(reading)
                except StopIteration:
                    break
                except TocsinError as error:
                    failure = error  # told once what came before it has been
                    break
                waiting.append(threads.submit(_found, idle, block))
                while len(waiting) > jobs * _BLOCKS_AHEAD or (waiting and waiting[0].done()):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
            if failure is not None:
                raise failure
    finally:
        for connection in workers:
            connection.close()


def _found(idle: "SimpleQueue[Connection]", block: Block | Span) -> Found:
    connection = idle.get()
    try:
        connection.send(block)
        answer = connection.recv()
    except (EOFError, OSError) as error:
        raise TocsinError("a process of --jobs ended before its time; was there memory enough?") from error
    finally:
        idle.put(connection)
    if isinstance(answer, Found):
        return answer
    raise TocsinError(str(answer))


def _started(jobs: int, make: Make) -> list[Connection]:
    context = multiprocessing.get_context("fork") if CAN_FORK else multiprocessing.get_context("spawn")
    ours: list[Connection] = []
    for _ in range(jobs):
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(there, make, tuple(ours) if CAN_FORK else ()), daemon=True)
        process.start()
        there.close()
        ours.append(here)
    return ours


def _serve(connection: Connection, make: Make, others: tuple[Connection, ...]) -> None:
    """Answer blocks until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; who started us ends us
    for other in others:
        other.close()  # a copy of them would keep the processes before us from noticing the end
    try:
        matcher = make()
        while True:
            connection.send(matcher.found(connection.recv()))
    except (EOFError, OSError):
        pass
    except TocsinError as error:
        connection.send(str(error))
    # Nothing of what was copied from the parent is this process's to flush or clean up.
    os._exit(0)
