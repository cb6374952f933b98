"""Standard output that plugins can't write to: it belongs to the command, and may be JSON that somebody reads."""

import threading
from typing import Any, TextIO

from tocsin.plugins.watch import is_in_a_plugin


class ShieldedOutput:
    """Takes what the main thread writes, except from within a plugin's code; everything else goes to standard error.

    What is written past Python, by a subprocess or to the file descriptor itself, can't be told apart.
    """

    def __init__(self, output: TextIO, errors: TextIO) -> None:
        self._output = output
        self._errors = errors

    def write(self, text: str) -> int:
        """Write to where it belongs."""
        is_ours = threading.current_thread() is threading.main_thread() and not is_in_a_plugin()
        return (self._output if is_ours else self._errors).write(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Be the standard output in everything else."""
        return getattr(self._output, name)
