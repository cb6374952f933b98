"""Which files a distribution was installed with, as hashes that can be written down and held against it later."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Final

from tocsin.errors import PluginError
from tocsin.plugins.contain import clean

SHORT: Final = 16
"""Hexadecimal digits that are kept of each file's hash, to say which one changed; all of them decide together."""

_NOT_PINNED: Final = frozenset({
    "RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER", "REQUESTED", "direct_url.json", "uv_build.json", "uv_cache.json",
})  # fmt: skip
"""What installers write differently each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A distribution's version and files: `sha256` over all of them, `files` has the beginning of each one's hash."""

    version: str
    sha256: str
    files: Mapping[str, str] = field(default_factory=dict)


def pin_of(name: str) -> Pin:
    """Return the pin of a distribution as it is installed now, its files read and hashed anew.

    Compiled copies of its modules are no part of it.

    Raises:
        PluginError: it isn't installed, or has no list of its files.
    """
    try:
        found = distribution(name)
    except PackageNotFoundError:
        raise PluginError(f"{name} isn't installed", plugin=name) from None
    hashes = _hashes(found, name)
    lines = "".join(f"{path}\0{digest}\n" for path, digest in sorted(hashes.items()))
    files = {path: digest[:SHORT] for path, digest in sorted(hashes.items())}
    return Pin(version=found.version, sha256=sha256(lines.encode()).hexdigest(), files=files)


def problem_with_pin(name: str, pin: Pin) -> str | None:
    """Return what differs between a pin and the distribution as it is installed now, None if nothing does."""
    try:
        now = pin_of(name)
    except PluginError as error:
        return f"pinned, but {error}"
    if now.version != pin.version:
        return f"pinned is version {pin.version}, installed is {now.version}"
    if now.sha256 == pin.sha256:
        return None
    changed = [f"{path} was added" for path in now.files if path not in pin.files]
    changed += [f"{path} is gone" for path in pin.files if path not in now.files]
    changed += [f"{path} changed" for path, digest in pin.files.items() if now.files.get(path, digest) != digest]
    if not pin.files or not changed:
        changed = ["its files are not those that were pinned"]
    return f"{name} {now.version} is not what was pinned: {', '.join(changed[:5])}"


def is_editable(name: str) -> bool:
    """Return whether a distribution only points to where its code lies, so that a pin says nothing about that."""
    try:
        found = distribution(name).read_text("direct_url.json") or ""
    except PackageNotFoundError:
        return False
    return '"editable": true' in found or '"editable":true' in found


def _hashes(found: Distribution, name: str) -> dict[str, str]:
    """Return the hash of every file that is part of a distribution, by its path from where it is installed."""
    record = found.read_text("RECORD")
    if record is None:
        raise PluginError(f"{name} has no RECORD of its files, so it can't be pinned: install it with pip", plugin=name)
    hashes: dict[str, str] = {}
    for row in csv.reader(io.StringIO(record)):
        path = row[0] if row else ""
        if not path or path.endswith(".pyc") or path.rpartition("/")[2] in _NOT_PINNED:
            continue
        try:
            with open(str(found.locate_file(path)), "rb") as file:  # noqa: PTH123 - what locates it has its own paths
                hashes[clean(path, 200)] = sha256(file.read()).hexdigest()
        except OSError:
            hashes[clean(path, 200)] = "missing"
    return hashes
