"""The state database, for commands that look at it or change it beside an engine that may be running."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.cli.loading import settings_from
from tocsin.store.sqlite import SqliteStore


@contextmanager
def state(config: Path, database: Path | None) -> Iterator[SqliteStore]:
    """Open the state database beside an engine that may be running; closed at the end.

    Raises:
        ConfigError: the configuration can't be read.
        StoreError: there is no database, or it can't be used.
    """
    store = SqliteStore.visit(database or settings_from(config).state)
    try:
        yield store
    finally:
        store.close()
