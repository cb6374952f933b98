"""A server that sends tweets as fast as a socket takes them, in a process of its own.

The simulator speaks the whole protocol and is no match for a client that is measured; this says only what a client
needs to hear before tweets come.
"""

import base64
import hashlib
import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Final

from tocsin.bench.workload import Writer

_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_ID_DIGITS: Final = 19
_FIRST_ID: Final = 10 ** (_ID_DIGITS - 1)
_ID: Final = b"%d" % _FIRST_ID
_VARIETY: Final = 2_000
"""Tweets that differ in more than their id."""

_SLICE_S: Final = 0.01


@contextmanager
def firehose(count: int, rate: float | None = None, seed: int = 1) -> Iterator[str]:
    """Serve `count` tweets to the first client, at most `rate` a second; yield the address. Ids ascend."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, count, rate, seed), daemon=True)
    process.start()
    try:
        yield f"ws://127.0.0.1:{ours.recv()}/ws"
    finally:
        process.terminate()
        process.join()


def _serve(told: Connection, count: int, rate: float | None, seed: int) -> None:
    batch = _Batch(seed)
    with socket.create_server(("127.0.0.1", 0)) as server:
        told.send(server.getsockname()[1])
        client, _ = server.accept()
        with client:
            _shake_hands(client)
            client.recv(65_536)  # what it subscribes to
            _send(client, batch, count, rate)
            while client.recv(65_536):  # until it leaves
                pass


def _shake_hands(client: socket.socket) -> None:
    request = b""
    while b"\r\n\r\n" not in request:
        request += client.recv(65_536)
    headers = dict(line.lower().split(b": ", 1) for line in request.split(b"\r\n")[1:] if b": " in line)
    # Case matters in the key alone.
    key = next(
        line.split(b": ", 1)[1] for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-k")
    )
    if b"upgrade" not in headers:
        raise ValueError("no handshake of a WebSocket")
    accept = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest())
    client.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def _send(client: socket.socket, batch: "_Batch", count: int, rate: float | None) -> None:
    sent = 0
    began = time.perf_counter()
    while sent < count:
        size = batch.size if rate is None else max(1, min(batch.size, int(rate * _SLICE_S)))
        size = min(size, count - sent, batch.size - sent % batch.size)
        client.sendall(batch.frames(sent, size))
        sent += size
        if rate is not None:
            ahead_s = sent / rate - (time.perf_counter() - began)
            if ahead_s > 0:
                time.sleep(ahead_s)


class _Batch:
    """Frames of tweets, of which only the ids change from one time to the next."""

    def __init__(self, seed: int) -> None:
        writer = Writer(seed)
        frames = [_frame(_message(writer.tweet())) for _ in range(_VARIETY)]
        self.size = len(frames)
        self._bytes = bytearray(b"".join(frames))
        self._ends: list[int] = []
        self._ids: list[int] = []
        end = 0
        for frame in frames:
            self._ids.append(end + frame.index(_ID))
            end += len(frame)
            self._ends.append(end)

    def frames(self, sent: int, count: int) -> memoryview:
        """Return the next `count` frames, at most up to the last, where `sent` have gone before; so are ids counted."""
        first = sent % self.size
        for number, at in enumerate(self._ids[first : first + count], start=_FIRST_ID + sent):
            self._bytes[at : at + _ID_DIGITS] = b"%d" % number
        begin = self._ends[first - 1] if first else 0
        return memoryview(self._bytes)[begin : self._ends[first + count - 1]]


def _message(tweet: bytes) -> bytes:
    _, _, rest = tweet.partition(b'"text"')
    return (
        b'{"type": "tweet", "data": {"id": "'
        + _ID
        + b'", "created_at": "2026-11-28T01:00:00.000Z", "text"'
        + rest
        + b"}"
    )


def _frame(payload: bytes) -> bytes:
    size = len(payload)
    head = bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")
    return head + payload
