"""A call that may hang, in a thread that can be left behind."""

from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Any

from tocsin.plugins.runner import end_soon


class Call:
    """A call under way: `result` or `error` is set once `is_done`."""

    def __init__(self) -> None:
        self.result: Any = None
        self.error: BaseException | None = None
        self._done = Event()

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return self._done.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end; return whether it came in time."""
        return self._done.wait(timeout_s)

    def value(self) -> Any:
        """Return what the function returned, or raise what it raised; the call must be done."""
        if self.error is not None:
            raise self.error
        return self.result

    def run(self, function: Callable[[], Any], when_done: Callable[[], None]) -> None:
        """Call the function and keep how it ended, whatever that was."""
        try:
            self.result = function()
        except BaseException as error:  # noqa: BLE001 - a plugin's code; kept and handled by who waits
            self.error = error
        finally:
            self._done.set()
            when_done()


class Worker:
    """Runs one call at a time, each in a daemon thread: a call that never ends keeps nobody from leaving.

    A call left behind is only remembered: until it ends `start` refuses, so at most one thread hangs for each worker.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._current: Call | None = None
        self._lock = Lock()
        self._thread: Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a call is still under way."""
        return self._current is not None and not self._current.is_done

    def start(self, function: Callable[[], Any], when_done: Callable[[], None] = lambda: None) -> Call | None:
        """Begin a call; `when_done` runs in its thread at the end. None if an earlier one is still under way."""
        with self._lock:
            if self.is_busy:
                return None
            call = self._current = Call()
        self._thread = Thread(target=call.run, args=(function, when_done), name=self._name, daemon=True)
        self._thread.start()
        return call

    def leave_behind(self) -> None:
        """Wait no more for the call under way; Python code in it is ended soon."""
        end_soon(self._thread)
