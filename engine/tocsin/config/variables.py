"""`${NAME}`, `${NAME:-default}` and `${file:/path}` in the texts of tocsin.yaml; `$${` is a plain `${`."""

import re
from collections.abc import Mapping
from pathlib import Path as FilePath

from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.model import Json

MAX_SECRET_BYTES = 64 << 10
"""The largest file that `${file:…}` reads."""

_REFERENCE = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Variables:
    """Fills in references, and notes those that can't be. Values never get into a problem's text."""

    def __init__(self, environ: Mapping[str, str], folder: FilePath) -> None:
        self._environ = environ
        self._folder = folder
        self.problems: list[Problem] = []
        self.values: list[tuple[Path, str]] = []
        """What was filled in, and where: whoever hands it on must not show it."""

    def filled(self, value: Json, at: Path) -> Json:
        """Return the value with every reference in every text filled in; one that can't be is left empty."""
        if isinstance(value, str):
            return self._text(value, at) if "${" in value else value
        if isinstance(value, list):
            return [self.filled(item, (*at, index)) for index, item in enumerate(value)]
        if isinstance(value, dict):
            return {key: self.filled(item, (*at, key)) for key, item in value.items()}
        return value

    def _text(self, text: str, at: Path) -> str:
        return _REFERENCE.sub(lambda found: self._noted(found, at), text)

    def _noted(self, found: re.Match[str], at: Path) -> str:
        value = self._resolve(found, at)
        if found[0] != "$${" and value:
            self.values.append((at, value))
        return value

    def _resolve(self, found: re.Match[str], at: Path) -> str:
        if found[0] == "$${":
            return "${"
        inner = found[1]
        if inner is None:
            return self._bad("a ${ without its }", at)
        if inner.startswith("file:"):
            return self._file(inner.removeprefix("file:"), at)
        name, has_default, default = inner.partition(":-")
        if not _NAME.fullmatch(name):
            return self._bad("what stands between ${ and } is no variable name", at)
        value = self._environ.get(name)
        if has_default:
            return value or default
        if value is None:
            hint = f"set {name} in the environment, or write ${{{name}:-default}}"
            self.problems.append(
                Problem(code="missing-variable", message=f"the environment has no {name}", at=at, hint=hint)
            )
            return ""
        return value

    def _file(self, name: str, at: Path) -> str:
        path = self._folder / name
        try:
            if path.stat().st_size <= MAX_SECRET_BYTES:
                return path.read_bytes().decode("utf-8").rstrip("\r\n")
            reason = f"larger than {MAX_SECRET_BYTES:,} bytes"
        except OSError as error:
            reason = error.strerror or type(error).__name__
        except ValueError:
            reason = "not UTF-8 text"
        message, hint = f"the file {name!r} can't be read: {reason}", "a relative path counts from this file"
        self.problems.append(Problem(code="missing-variable", message=message, at=at, hint=hint))
        return ""

    def _bad(self, message: str, at: Path) -> str:
        hint = "write ${NAME}, ${NAME:-default} or ${file:/path}; $${ stands for a plain ${"
        self.problems.append(Problem(code="bad-variable", message=message, at=at, hint=hint))
        return ""
