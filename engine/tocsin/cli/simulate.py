"""`tocsin simulate`: a stand-in for the stream, with made-up tweets and faults on request."""

import signal
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import anyio
import click

from tocsin.cli.options import DurationType
from tocsin.errors import ConfigError, ungrouped
from tocsin.simulator.faults import FAULT_NAMES, Timed, read_option, read_script
from tocsin.simulator.playing import NextPost, Play, from_file, made_up, play
from tocsin.simulator.server import Simulator, SimulatorOptions
from tocsin.simulator.session import SessionOptions


class _Fault(click.ParamType[Timed]):
    """A fault such as `drop after=100`."""

    name = "fault"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Timed:
        """Return the fault, or fail with what is wrong with it."""
        if isinstance(value, Timed):
            return value
        try:
            return read_option(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 picks a free one.")
@click.option(
    "--key", "keys", multiple=True, help="An API key that is let in; several times for several. [default: any]"
)
@click.option("--rate", type=click.FloatRange(0), default=20, show_default=True, help="Tweets a second; 0: no pauses.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes up the same tweets.")
@click.option("--count", type=click.IntRange(0), help="End after so many tweets.")
@click.option("--for", "lasts", type=DurationType(), help="End after this time.")
@click.option(
    "--file", type=click.Path(path_type=Path, dir_okay=False), help="Tweets as JSON lines, in place of made-up ones."
)
@click.option("--loop", is_flag=True, help="Begin the file again at its end.")
@click.option(
    "--start-on-subscribe/--start-at-once",
    default=True,
    show_default=True,
    help="When the first tweet is played: at a client's first subscription, or without waiting for one.",
)
@click.option("--with-lang", is_flag=True, help="Made-up tweets tell their language; the specification's don't.")
@click.option(
    "--leave-out",
    type=click.Choice(["text", "user", "created_at", "metrics"]),
    multiple=True,
    help="A field that tweets are sent without.",
)
@click.option("--acks", is_flag=True, help="Answer subscriptions, and messages that can't be read.")
@click.option("--limit-out", type=click.IntRange(1), help="Send each client at most so many tweets a second.")
@click.option(
    "--ping-every", type=DurationType(), default="30s", show_default=True, help="How often clients are pinged."
)
@click.option(
    "--silent-after",
    type=DurationType(),
    default="60s",
    show_default=True,
    help="Drop a client that is silent so long.",
)
@click.option(
    "--fault", "inline", type=_Fault(), multiple=True, help=f"Something that goes wrong: {', '.join(FAULT_NAMES)}."
)
@click.option("--faults", type=click.Path(path_type=Path, dir_okay=False), help="The same from a YAML or JSON file.")
@click.option("--event-log", type=click.Path(path_type=Path, dir_okay=False), help="Write what happens as JSON lines.")
def simulate(
    inline: Sequence[Timed], faults: Path | None, event_log: Path | None, file: Path | None, loop: bool, **given: Any
) -> None:
    """Serve a stream of made-up tweets, as the provider does.

    Clients connect by WebSocket. The first line printed says where it listens. Ends at --count, at --for, at the end
    of --file, or when interrupted; clients get what is still on its way to them and a close.

    \b
    Example:
      tocsin simulate --port 8765 --rate 20
      tocsin simulate --file tweets.jsonl --count 100 --acks
      tocsin simulate --fault "close at=5s code=1008" --fault "refuse after=100 status=429 retry_after=5s"
    """
    given["faults"] = (*inline, *(read_script(faults) if faults else ()))
    next_post = from_file(file, loop=loop) if file else made_up(given["seed"], with_lang=given["with_lang"])
    if file is not None and not file.is_file():
        raise ConfigError(f"there is no file {file}")
    with ExitStack() as stack:
        log = _opened(event_log, stack) if event_log else None
        simulator = Simulator(_options(given), event_log=log)
        with ungrouped():
            anyio.run(_Run(simulator, next_post, _plan(given)))


@dataclass(frozen=True, slots=True)
class _Run:
    """Serving and playing at once, until either is over or a signal comes."""

    simulator: Simulator
    next_post: NextPost
    plan: Play

    async def __call__(self) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._stop_at_signal, tasks.cancel_scope)
            options = self.simulator.options
            try:
                url = await tasks.start(self.simulator.serve)
            except OSError as error:
                reason = error.strerror or error
                raise ConfigError(f"can't listen at {options.host}:{options.port}: {reason}") from error
            click.echo(f"listening on {url}")
            await play(self.simulator, self.next_post, self.plan)
            tasks.cancel_scope.cancel()

    async def _stop_at_signal(self, scope: anyio.CancelScope) -> None:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                await self.simulator.close()
                scope.cancel()


def _options(given: dict[str, Any]) -> SimulatorOptions:
    session = SessionOptions(
        acks=given["acks"],
        limit_out_per_s=given["limit_out"],
        ping_every=given["ping_every"],
        silent_after=given["silent_after"],
    )
    return SimulatorOptions(
        host=given["host"],
        port=given["port"],
        keys=frozenset(given["keys"]),
        leave_out=frozenset(given["leave_out"]),
        session=session,
    )


def _plan(given: dict[str, Any]) -> Play:
    return Play(
        rate_per_s=given["rate"],
        count=given["count"],
        lasts=given["lasts"],
        on_subscribe=given["start_on_subscribe"],
        faults=given["faults"],
    )


def _opened(path: Path, stack: ExitStack) -> IO[str]:
    try:
        return stack.enter_context(path.open("w", encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"the event log {path} can't be written: {error}") from error
