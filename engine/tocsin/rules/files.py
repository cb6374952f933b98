"""Which files of a folder hold rules."""

import os
from pathlib import Path

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_NOT_RULES = frozenset({"tocsin.yaml", "tocsin.yml"})


def rule_files(folder: Path) -> tuple[list[Path], list[OSError]]:
    """Return the rule files in a folder and below it, sorted, and why parts of it can't be looked through.

    Hidden files and folders and tocsin.yaml are left out, and links to folders aren't followed. What is called like a
    rule file but is a pipe or a link to nowhere is there too: whoever reads it will say so.
    """
    found: list[Path] = []
    closed: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(parent, name) for name in names if _is_called_like_rules(name)]
    return sorted(found), closed


def _is_called_like_rules(name: str) -> bool:
    return not name.startswith(".") and name not in _NOT_RULES and Path(name).suffix in SUFFIXES
