"""A cache of rules once read, by the content of their files: for so many that reading them anew takes seconds.

A rule set is kept in one file that is named after everything that reading depended on. The file is believed only if
nobody but its owner, who runs this, could have written it, and it is whole; else the rules are read anew, and nobody is
told. It lies in a folder of the user's own, never beside the rules.
"""

import marshal
import os
import pickle
import stat
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from tocsin import __version__
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.reading.files import display_name
from tocsin.rules.reading.layers import BUILT_IN, Layer
from tocsin.rules.reading.packing import packed, unpacked
from tocsin.rules.reading.words import MAX_LIST_BYTES
from tocsin.rules.ruleset import RuleSet
from tocsin.rules.syntax.document import Document
from tocsin.rules.syntax.yaml import unread_document

LARGE_BYTES: Final = 200_000
"""From so many bytes of rule files on a cache is worth its while; fewer are read as quickly as they are looked up."""
_FORMAT: Final = 2
"""To be raised with every change of what is packed or of what rules come to be when they are read."""
_KEPT: Final = 5
"""How many files are kept, up to two for a rule set; the oldest go."""
_PROVED: Final = "-proved"
_MAX_BYTES: Final = 1 << 28
_DIGEST: Final = 32


@dataclass(frozen=True, slots=True)
class Context:
    """What reading depends on beside the files."""

    vocabulary: Vocabulary
    destinations: Collection[str] | None
    installed: Mapping[str, str] | None
    defaults: Layer | None


@dataclass(frozen=True, slots=True)
class Cache:
    """Rule sets in a folder, which is made when the first is kept."""

    folder: Path

    def loaded(self, files: Sequence[Path], context: Context) -> "Kept | None":
        """Return what was kept of rule files, if all is as it was; None if there is nothing to be believed."""
        documents: dict[str, Document] = {}
        for file in files:
            document = unread_document(file, display_name(file))
            if document is None:
                return None
            documents[document.file] = document
        name = _key(files, documents, context)
        raw = _read(self.folder, name)
        try:
            if raw is None:
                return None
            # What is whole and lies where only this user can write was written by `keep`.
            lists, rules = marshal.loads(raw)  # noqa: S302
            if any(_digest(Path(path)) != digest for path, digest in lists):
                return None
            ruleset = unpacked(rules, _all(documents, context))
            return Kept(name, ruleset, tuple(Path(path) for path, _ in lists), documents)
        except (ValueError, TypeError, LookupError, EOFError, AttributeError, pickle.UnpicklingError):
            # Whole, and yet not what this version writes.
            return None

    def keep(
        self,
        ruleset: RuleSet | None,
        files: Sequence[Path],
        documents: Mapping[str, Document],
        all_files: Sequence[Path],
        context: Context,
    ) -> str | None:
        """Keep the rules of rule files, if they can be kept; `all_files` are these and the list files that they name.

        Return the name that they are kept by. A full disk or a closed folder is no reason to complain.
        """
        rules = None if ruleset is None else packed(ruleset)
        lists = [(str(path), _digest(path)) for path in all_files[len(files) :]]
        if rules is None or len(rules) > _MAX_BYTES:
            return None
        name = _key(files, documents, context)
        return name if self._written(name, marshal.dumps((lists, rules))) else None

    def is_proved(self, name: str) -> bool:
        """Whether it was noted that the rules of a name were proved to match some tweets and not all."""
        return _read(self.folder, f"{name}{_PROVED}") == b""

    def note_proved(self, name: str) -> None:
        """Note that the rules of a name were proved to match some tweets and not all."""
        self._written(f"{name}{_PROVED}", b"")

    def _written(self, name: str, raw: bytes) -> bool:
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if hasattr(os, "geteuid") and _is_private(os.lstat(self.folder), stat.S_IFDIR):
                _write(self.folder / name, raw)
                _prune(self.folder)
                return True
        return False


@dataclass(frozen=True, slots=True)
class Kept:
    """Rules as they were kept: the name they are kept by, the list files that they name, and the documents."""

    name: str
    ruleset: RuleSet
    lists: tuple[Path, ...]
    documents: Mapping[str, Document]


def size_of(files: Iterable[Path]) -> int:
    """Return how many bytes the files have together; none that can't be told."""
    size_bytes = 0
    for file in files:
        with suppress(OSError):
            size_bytes += file.stat().st_size
    return size_bytes


def _key(files: Iterable[Path], documents: Mapping[str, Document], context: Context) -> str:
    """Return the name of everything that reading rules without a mistake depends on, list files apart."""
    vocabulary, layer, known = context.vocabulary, context.defaults, context.destinations
    words = [(each.name, each.arguments, each.result, each.variadic) for each in vocabulary.operators.values()]
    said = None if layer is None else (
        layer.document.file, layer.document.digest, layer.at, layer.title, layer.body, layer.severity, layer.stage,
        layer.enabled, layer.notify, sorted(layer.labels.items()), layer.flood,
    )  # fmt: skip
    content = (
        _FORMAT, __version__, sys.version, [str(file.absolute()) for file in files],
        [(name, document.digest) for name, document in documents.items()],
        sorted(words), sorted(vocabulary.fields.items()), sorted(vocabulary.filters),
        None if known is None else sorted(known), said,
    )  # fmt: skip
    return blake2b(repr(content).encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def _all(documents: Mapping[str, Document], context: Context) -> dict[str, Document]:
    """Return the documents with those of layers that aren't rule files."""
    layers = [BUILT_IN] if context.defaults is None else [BUILT_IN, context.defaults]
    return {**{layer.document.file: layer.document for layer in layers}, **documents}


def _digest(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return blake2b(file.read(MAX_LIST_BYTES + 1) if path.is_file() else b"", digest_size=16).digest()
    except OSError:
        return None


def _read(folder: Path, name: str) -> bytes | None:
    """Return what was kept under a name, if only this user could have written it and it is whole."""
    if not hasattr(os, "geteuid"):
        # Where owners can't be told, nothing is believed.
        return None
    try:
        if not _is_private(os.lstat(folder), stat.S_IFDIR):
            return None
        number = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(number, "rb") as file:
            status = os.fstat(number)
            if not _is_private(status, stat.S_IFREG) or status.st_size > _MAX_BYTES + _DIGEST:
                return None
            digest, raw = file.read(_DIGEST), file.read(_MAX_BYTES)
    except OSError:
        return None
    return raw if blake2b(raw, digest_size=_DIGEST).digest() == digest else None


def _is_private(status: os.stat_result, kind: int) -> bool:
    """Whether it is of this kind, this user's own, and closed to all others."""
    is_own = stat.S_IFMT(status.st_mode) == kind and status.st_uid == os.geteuid()
    return is_own and not stat.S_IMODE(status.st_mode) & 0o077


def _write(path: Path, raw: bytes) -> None:
    # A file of mkstemp's is open to its owner alone; it gets its name once it is whole.
    number, name = mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(blake2b(raw, digest_size=_DIGEST).digest())
            file.write(raw)
        Path(name).replace(path)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _prune(folder: Path) -> None:
    """Leave the newest files, and nothing that a run that was killed has left half written."""
    kept: Sequence[Path] = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[_KEPT:]:
        path.unlink(missing_ok=True)
