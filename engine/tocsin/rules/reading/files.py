"""Which files are read: those named, and those of rules in the folders named."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_INIT = "mend the name, or let `tocsin init` write a first one"
_NOT_RULES = frozenset({"tocsin.yaml", "tocsin.yml"})


def display_name(path: Path) -> str:
    """Return how diagnostics call a file: relative to the working folder if it lies in it."""
    absolute = path.absolute()
    here = Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)


def find_files(paths: Sequence[Path]) -> tuple[list[Path], list[Diagnostic]]:
    """Return the rule files that are meant, each once, in the order named; and what is wrong with the names.

    Folders are searched through, hidden files and tocsin.yaml itself left out, links to folders not followed, and
    pipes and devices passed over. A link to nowhere is there too: whoever reads it will say so.
    """
    files: dict[Path, Path] = {}
    diagnostics: list[Diagnostic] = []
    for path in paths:
        if path.is_dir():
            inside, closed = _rule_files(path)
            diagnostics += [_closed(error, path) for error in closed]
            if not inside and not closed:
                hint = f"rule files end in {', '.join(sorted(SUFFIXES))}"
                diagnostics.append(_about(path, "no-rules", "no rule files in this folder", hint))
        elif path.exists():
            inside = [path]
        else:
            inside = []
            diagnostics.append(_about(path, "no-such-file", "no such file or folder", _INIT))
        for file in inside:
            # Not `resolve`, which raises for links in a circle.
            files.setdefault(Path(os.path.realpath(file)), file)
    if not paths:
        diagnostics.append(_about(Path("rules"), "no-rules", "no rule files are named", "name them under `rules:`"))
    return list(files.values()), diagnostics


def no_rules(file: Path) -> Diagnostic:
    """Return what to say where no file has a rule; it stands at the first file."""
    return _about(file, "no-rules", "no rule in any file", "write one under `rules:`; `tocsin init` shows how")


def only_overlays(file: Path) -> Diagnostic:
    """Return what to say where there are overlays and nothing to lay them over."""
    message = "every file is an overlay, and an overlay only changes rules that other files define"
    return _about(file, "only-overlays", message, "name the files with the rules too, or take `overlay: true` out")


def absolute(files: Iterable[Path]) -> tuple[Path, ...]:
    """Return the files by absolute path, links not followed, each once."""
    return tuple(dict.fromkeys(file.absolute() for file in files))


def _rule_files(folder: Path) -> tuple[list[Path], list[OSError]]:
    """Return the rule files in a folder and below it, sorted, and why parts of it can't be looked through."""
    found: list[Path] = []
    closed: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [path for name in names if _is_called_like_rules(name) and _is_meant(path := Path(parent, name))]
    return sorted(found), closed


def _is_called_like_rules(name: str) -> bool:
    return not name.startswith(".") and name not in _NOT_RULES and Path(name).suffix in SUFFIXES


def _is_meant(path: Path) -> bool:
    try:
        return path.is_file() or path.is_symlink()
    except OSError:
        return True


def _closed(error: OSError, folder: Path) -> Diagnostic:
    return _about(Path(error.filename or folder), "no-such-file", f"can't be read: {error.strerror or error}", "")


def _about(path: Path, code: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(span=Span(display_name(path), 1, 1), severity="error", code=code, message=message, hint=hint)
