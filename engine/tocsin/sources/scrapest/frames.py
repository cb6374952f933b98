"""Whole messages cut out of what one read brought, without the detour over a general parser.

A server's frames are unmasked, and nearly all hold a whole text. Those are cut out here, half a µs each where wsproto
takes 20; every other whole frame (a ping, a close) is handed on, in its place between them. At the first frame that is
neither, for instance a part of a message, everything is left to wsproto from there on, for good.
"""

from collections.abc import Iterator
from typing import Final

_TEXT: Final = 0x81
_BINARY: Final = 0x82
_CONTROL: Final = frozenset({0x88, 0x89, 0x8A})
_SHORT: Final = 126
_LONG: Final = 127


class FrameCutter:
    """Turns bytes as they come into lists of messages and, between them, bytes for the general parser."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._usual_bytes = limit_bytes - 4
        self._held = bytearray()
        self._wanted = 0
        self._gave_up = False

    def cut(self, data: bytes) -> Iterator[list[bytes] | bytes]:
        """Yield what has come whole, in order: messages together, everything else as it is."""
        if self._gave_up:
            yield data
            return
        if self._held:
            self._held += data
            if len(self._held) < self._wanted:
                return
            data = bytes(self._held)
            self._held.clear()
        yield from self._frames(data)

    def _frames(self, data: bytes) -> Iterator[list[bytes] | bytes]:
        messages: list[bytes] = []
        at, size = 0, len(data)
        while at < size:
            first = data[at]
            if first == _TEXT and at + 4 <= size and data[at + 1] == _SHORT:
                # The head of nearly every message, seen through without asking what else it might be.
                length = data[at + 2] << 8 | data[at + 3]
                end = at + 4 + length
                if _SHORT <= length <= self._usual_bytes and end <= size:
                    payload = data[at + 4 : end]
                    if payload.isascii() or _is_text(payload):
                        messages.append(payload)
                        at = end
                        continue
            head, length = _measured(data, at)
            if length < 0 or head + length > self._limit_bytes or not _is_usual(first, length):
                self._gave_up = True
                break
            end = at + head + length
            if end > size:
                self._held += data[at:]
                self._wanted = head + length
                at = size
                break
            payload = data[at + head : end]
            if first == _BINARY or (first == _TEXT and (payload.isascii() or _is_text(payload))):
                messages.append(payload)
            else:
                if messages:
                    yield messages
                    messages = []
                yield data[at:end]
            at = end
        if messages:
            yield messages
        if at < size:
            yield data[at:]


def _measured(data: bytes, at: int) -> tuple[int, int]:
    """Return how long a frame's head and its payload are; as much of both as it takes to know, if too little came.

    A negative length says that the head is none that a server may write.
    """
    there = len(data) - at
    if there < 2:
        return 2, 0
    short = data[at + 1]
    if short < _SHORT:
        return 2, short
    if short > _LONG:
        return 2, -1  # masked
    head, least = (4, _SHORT) if short == _SHORT else (10, 1 << 16)
    if there < head:
        return head, 0
    length = int.from_bytes(data[at + 2 : at + head], "big")
    return head, length if length >= least else -1


def _is_usual(first: int, length: int) -> bool:
    return first in (_TEXT, _BINARY) or (first in _CONTROL and length < _SHORT)


def _is_text(payload: bytes) -> bool:
    """Whether bytes are UTF-8; what isn't ends the connection, which wsproto knows how to do."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
