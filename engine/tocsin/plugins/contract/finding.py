"""What the suite found, and how it calls a plugin to find it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from tocsin.plugins.worker import Worker

CALL_LIMIT_S: Final = 10.0
"""How long anything may take here before it counts as hanging."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `skipped` says why it couldn't be."""

    verdict: Literal["ok", "failed", "skipped"]
    subject: str
    text: str


class Hangs(Exception):
    """A call didn't end in time; its thread was left behind."""


def called(function: Callable[..., Any], *arguments: Any, limit_s: float = CALL_LIMIT_S, **named: Any) -> Any:
    """Return what a plugin's function returns, called in a thread.

    Raises:
        Hangs: it takes longer than the limit.
        BaseException: whatever it raises.
    """
    worker = Worker("tocsin-contract")
    call = worker.start(lambda: function(*arguments, **named))
    if call is None or not call.wait(limit_s):
        worker.leave_behind()
        raise Hangs(f"took longer than {limit_s:g} s")
    return call.value()
