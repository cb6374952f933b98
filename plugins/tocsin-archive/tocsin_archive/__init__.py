"""Keeps the stream as compressed JSON lines, a folder a day: an observer for tocsin."""

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Field

from tocsin.hookspecs import Entry, Tweet, hookimpl
from tocsin_archive.writer import Archive

__all__ = ["Options"]

tocsin_api = 1


class Options(BaseModel):
    """`plugins.archive` in tocsin.yaml. Without a `folder` nothing is kept.

    `level` is zstandard's, from 1 (quick) to 19 (small). A tweet is on its way to the disk at the latest with the first
    one that comes `flush_seconds` after it.
    """

    folder: Path | None = None
    level: int = Field(default=3, ge=1, le=19)
    flush_seconds: float = Field(default=10, gt=0)


@hookimpl
def tocsin_options() -> type[BaseModel]:
    """Declare the options."""
    return Options


@hookimpl
def tocsin_observe(entry: Entry, tweet: Tweet | None, options: Options) -> None:
    """Keep each tweet that reached the rules, as it came."""
    if options.folder is not None and tweet is not None and entry.kind == "seen":
        _archive(options.folder, options.level, options.flush_seconds).keep(tweet.data, entry.at)


@hookimpl
def tocsin_finish(options: Options) -> None:
    """End the file that is open."""
    if options.folder is not None:
        _archive(options.folder, options.level, options.flush_seconds).close()


@lru_cache(maxsize=8)
def _archive(folder: Path, level: int, flush_s: float) -> Archive:
    return Archive(folder, level=level, flush_s=flush_s)
