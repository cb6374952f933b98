"""What makes tocsin stop or refuse: errors a caller may handle.

    TocsinError
    ├── ConfigError           tocsin.yaml, the environment or the command line can't be used
    ├── RulesError            rules that must not run; carries how many problems were found
    ├── StreamRefused         the provider refused us for good; trying again can't help
    ├── StoreError            the state database can't be used
    │   ├── StoreLocked       another process has it
    │   ├── StoreTooNew       written by a later tocsin
    │   ├── StoreUnavailable  it can't be written now (disk full, busy); the same call may succeed later
    │   └── StoreDamaged      not a database, or an integrity check failed
    └── PluginError           a plugin that was asked for can't be loaded or used

A failed delivery, a malformed frame or a condition that couldn't be evaluated is an expected outcome, hence a value
(`model.Outcome`, `sources.source`, `logic.verdict`), never one of these.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class TocsinError(Exception):
    """The work can't go on; the message names the thing, the place and the next step."""


class ConfigError(TocsinError):
    """The configuration or the command line can't be used as it is."""


class RulesError(TocsinError):
    """The rules have errors and must not run."""

    def __init__(self, message: str, *, count: int) -> None:
        super().__init__(message)
        self.count = count


class StreamRefused(TocsinError):
    """The provider refused us for good, e.g. a bad key; retrying can't help."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class StoreError(TocsinError):
    """The state database can't be used."""


class StoreLocked(StoreError):
    """Another process holds the state database."""


class StoreTooNew(StoreError):
    """The state database was written by a later version of tocsin."""


class StoreUnavailable(StoreError):
    """The state database can't be read or written now; nothing was changed, and the same call may succeed later."""


class StoreDamaged(StoreError):
    """The state database is not one, or is damaged."""


class PluginError(TocsinError):
    """A plugin that was asked for can't be loaded or used."""

    def __init__(self, message: str, *, plugin: str) -> None:
        super().__init__(message)
        self.plugin = plugin


@contextmanager
def ungrouped() -> Iterator[None]:
    """Raise plainly what task groups in the block wrapped: the first error of ours, else the first of all.

    Callers handle `TocsinError`, whether or not a task group happens to lie between.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        leaves = list(_leaves(group))
        # Not `from group`: it holds the error itself, and the chain would be a circle.
        raise next((leaf for leaf in leaves if isinstance(leaf, TocsinError)), leaves[0]) from None


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
