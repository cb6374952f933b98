"""py3langid's model in half the memory: the same answers, and no moment in which it is there twice.

The largest part of the model is a table of moves: for each state and each byte the state that follows, 39 MB. Cut into
runs of sixteen, most of them are alike; each is kept once, 6 MB in all. The only importer of py3langid.
"""

import lzma
import shutil
from array import array
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

import numpy as np
from numpy.lib import format as npy
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

_RUN: Final = 16
"""Moves in a run; with 8 or 32 the whole is a fifth larger."""
_SHIFT: Final = 4
_WITHIN: Final = _RUN - 1
_A_READ: Final = 1 << 20


class Moves:
    """The table of moves, asked by number as an array is."""

    __slots__ = ("_begins", "_moves")

    def __init__(self, table: Iterator[bytes], width: int) -> None:
        """Take a table of unsigned integers of `width` bytes each, in pieces that hold whole runs."""
        code = _code(width)
        known: dict[bytes, int] = {}
        begins = array("I")
        for piece in table:
            runs = (piece[start : start + _RUN * width] for start in range(0, len(piece), _RUN * width))
            begins.extend(known.setdefault(run, len(known) * _RUN) for run in runs)
        self._begins = begins
        self._moves = array(code, b"".join(known))

    def __getitem__(self, place: int) -> int:
        return self._moves[self._begins[place >> _SHIFT] + (place & _WITHIN)]


def compact_identifier() -> Any:
    """Return a `LanguageIdentifier` with the model that comes with py3langid, probabilities normalised.

    A model that is laid out otherwise than this knows is loaded as py3langid does it.
    """
    try:
        return _compact()
    except (AttributeError, KeyError, TypeError, ValueError):
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _compact() -> Any:
    # Unpacked into a file, as py3langid does, so that it is never in memory as a whole.
    with TemporaryFile(suffix=".npz") as unpacked:
        with lzma.open(Path(MODEL_DIR, MODEL_FILE)) as packed:
            shutil.copyfileobj(packed, unpacked, length=_A_READ)
        unpacked.seek(0)
        with np.load(unpacked, allow_pickle=False) as parts:
            rows, output = parts["nextmove_row"], parts["out_feat"]
            with parts.zip.open("nextmove.npy") as table:
                moves = _moves(table)
            return LanguageIdentifier(
                parts["ptc"],
                parts["pc"],
                parts["classes"].tolist(),
                moves,
                array("i", output.astype("<i4").tobytes()),
                norm_probs=True,
                tk_row=array(_code(rows.dtype.itemsize), rows.tobytes()),
            )


def _moves(table: IO[bytes]) -> Moves:
    npy.read_magic(table)
    _, _, kind = npy.read_array_header_1_0(table)
    return Moves(iter(lambda: table.read(_A_READ), b""), kind.itemsize)


def _code(width: int) -> str:
    return {2: "H", 4: "I", 8: "Q"}[width]
