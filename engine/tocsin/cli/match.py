"""`tocsin match`: tweets in, alerts out, as JSON lines."""

import gc
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import click

from tocsin.cli.archive.finds import Found
from tocsin.cli.archive.matching import BlockMatcher, Ways
from tocsin.cli.archive.printing import Printer
from tocsin.cli.archive.progress import is_shown, shown_progress
from tocsin.cli.archive.workers import CAN_FORK, found_by_processes
from tocsin.cli.loading import open_project, open_rules
from tocsin.cli.options import config_option, plugin_choice, plugins_option, rules_option
from tocsin.errors import ConfigError
from tocsin.runtime.project import PluginChoice, Project
from tocsin.sources.blocks import Block, read_blocks
from tocsin.sources.spans import Span, can_be_cut, read_spans

_INTERRUPTED: Final = 130
"""The exit status after Ctrl-C: 128 and the number of the signal."""

_STDOUT: Final = 1


@click.command()
@click.argument("file", default="-")
@config_option
@plugins_option
@rules_option
@click.option("--shadow", is_flag=True, help='Print matches of rules in stage shadow too, marked "stage": "shadow".')
@click.option(
    "--alerts", "limited", is_flag=True,
    help="Print the alerts that would be sent: throttles, budgets and the valve hold back and fold as in a run.",
)  # fmt: skip
@click.option("--jobs", "-j", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes to use.")
@click.option(
    "--every-line", is_flag=True,
    help="Read every line, even where nothing stands that a rule looks for, and name each that is no tweet.",
)  # fmt: skip
def match(
    file: str, config: Path, no_plugins: bool, rules: tuple[Path, ...], shadow: bool, limited: bool, jobs: int,
    every_line: bool,
) -> None:  # fmt: skip
    """Print the alerts that the rules raise on tweets from FILE.

    Without FILE, or with -, tweets come from standard input. Nothing is sent.

    In: JSON lines, tweets or messages of the stream, plain, .gz or .zst. Out: JSON lines with rule, tweet_id, key, at,
    severity, title, because and proof, in the order of the input. A line that is no tweet is named on standard error;
    past the first mebibyte, lines in which nothing stands that a rule looks for are not read at all. Exceptions are
    judged at each tweet's own time.

    Throttles, budgets and the valve are left out unless --alerts is given: then tweets pass as if they came at their
    own times, in the order of the file, and what was held back is printed when it would have been told, with
    held_back, held_since and folded.

    \b
    Example:
      cat tweets.jsonl | tocsin match --rules rules/
      tocsin match --alerts yesterday.jsonl.gz
      tocsin match --jobs 4 archive.jsonl.gz > alerts.jsonl
    """
    if limited and jobs > 1:
        raise click.UsageError("--alerts needs tweets one after the other: leave out --jobs")
    ways = Ways(every_line=every_line, limited=limited, counted=is_shown())
    making = _Making(rules, config, plugin_choice(no_plugins), file, ways)
    matcher = making()
    # The rules stay: the collector need not walk through them again and again.
    gc.freeze()
    printer = Printer(file, shadow=shadow, repeats=jobs > 1)
    with _left_early(), _opened(file) as lines, shown_progress(lines) as progress:
        for found in _found(matcher, making, jobs, _pieces(lines, file)):
            if found.said:
                progress.hide()
            printer.show(found)
            progress.advance(found.lines or 0)
        printer.show(matcher.end())


@contextmanager
def _left_early() -> Iterator[None]:
    """End quietly where nobody reads on, as after `head`, which is no failure, and where somebody pressed Ctrl-C."""
    try:
        yield
    except BrokenPipeError:
        # Python flushes once more at the end, into what is no longer there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _found(matcher: BlockMatcher, making: "_Making", jobs: int, blocks: Iterable[Block | Span]) -> Iterator[Found]:
    if jobs == 1:
        return map(matcher.found, blocks)
    return found_by_processes(jobs, (lambda: matcher) if CAN_FORK else making, blocks)


@dataclass(frozen=True, slots=True)
class _Making:
    """What it takes to load the rules, in this process or another."""

    rules: tuple[Path, ...]
    config: Path
    plugins: PluginChoice
    file: str
    ways: Ways

    def project(self) -> Project:
        return open_rules(self.rules, self.plugins) if self.rules else open_project(self.config, self.plugins)

    def __call__(self) -> BlockMatcher:
        return BlockMatcher(self.project(), self.file, self.ways)


def _pieces(lines: IO[bytes], file: str) -> Iterator[Block | Span]:
    """Yield what the file's lines stand in: spans where whoever evaluates them can read them for himself."""
    if file != "-" and can_be_cut(lines):
        return read_spans(lines, name=file)
    return read_blocks(lines, name=file)


def _opened(file: str) -> AbstractContextManager[IO[bytes]]:
    if file == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise ConfigError(f"{file}: can't be read: {error.strerror}") from error
