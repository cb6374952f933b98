"""The small HTTP server, talked to with plain sockets and with httpx."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import anyio
import httpx
import pytest

from tocsin.telemetry.http import DEFAULT_LIMITS, Handler, HttpLimits, Request, Response, serve_http

pytestmark = pytest.mark.anyio

SOON = timedelta(milliseconds=30)


async def echo(request: Request) -> Response:
    text = f"{request.method} {request.path} {dict(request.query)} {request.headers.get('x-a')} ".encode()
    return Response(status=201, body=text + request.body, headers=(("X-B", "b"),))


@asynccontextmanager
async def serving(handler: Handler = echo, limits: HttpLimits = DEFAULT_LIMITS) -> AsyncIterator[int]:
    async with anyio.create_task_group() as tasks:

        async def serve(*, task_status: anyio.abc.TaskStatus[int]) -> None:
            await serve_http(("127.0.0.1", 0), handler, limits=limits, task_status=task_status)

        yield await tasks.start(serve)
        tasks.cancel_scope.cancel()


async def exchange(port: int, *sent: bytes) -> bytes:
    """Send, then read to the end of the connection."""
    with anyio.fail_after(5):
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            for each in sent:
                await stream.send(each)
            answer = b""
            try:
                while True:
                    answer += await stream.receive()
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                return answer


async def test_a_handler_sees_the_request_and_its_response_arrives() -> None:
    async with serving() as port, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"http://127.0.0.1:{port}/a%20b?x=1&y=", content=b"body", headers={"X-A": "a"})
    assert answer.status_code == 201
    assert answer.text == "POST /a b {'x': '1', 'y': ''} a body"
    assert answer.headers["x-b"] == "b"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_connection_serves_several_requests() -> None:
    request = b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    async with serving() as port:
        answers = await exchange(port, request % 1 + request % 2, last)
    assert [f"GET /{number}".encode() in answers for number in (1, 2, 3)] == [True] * 3


async def test_head_is_answered_without_a_body() -> None:
    async with serving() as port:
        answer = await exchange(port, b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 201")
    assert answer.endswith(b"\r\n\r\n")


async def test_a_client_that_waits_for_100_continue_gets_it() -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    async with serving() as port, await anyio.connect_tcp("127.0.0.1", port) as stream:
        await stream.send(head)
        assert (await stream.receive()).startswith(b"HTTP/1.1 100")
        await stream.send(b"ok")
        assert (await stream.receive()).endswith(b"ok")


BAD = [
    (b"nonsense\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000, 431),
    (b"GET http://[x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n" + b"a" * 11, 413),
    (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
]


@pytest.mark.parametrize(("sent", "status"), BAD)
async def test_a_bad_request_is_answered_and_the_next_client_served(sent: bytes, status: int) -> None:
    async with serving(limits=HttpLimits(body_bytes=10)) as port:
        assert (await exchange(port, sent)).startswith(f"HTTP/1.1 {status}".encode())
        good = await exchange(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert good.startswith(b"HTTP/1.1 201")


async def test_a_client_that_sends_half_a_request_is_told_so_in_time() -> None:
    async with serving(limits=HttpLimits(read_within=SOON)) as port:
        answer = await exchange(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
    assert answer.startswith(b"HTTP/1.1 408")


async def test_a_client_that_stays_silent_is_let_go() -> None:
    async with serving(limits=HttpLimits(idle=SOON)) as port:
        assert await exchange(port) == b""


async def test_more_clients_than_are_served_at_once_are_turned_away() -> None:
    begun, enough = anyio.Event(), anyio.Event()

    async def slow(request: Request) -> Response:
        begun.set()
        await enough.wait()
        return Response()

    async with serving(slow, HttpLimits(connections=1)) as port, await anyio.connect_tcp("127.0.0.1", port) as first:
        await first.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await begun.wait()
        assert (await exchange(port)).startswith(b"HTTP/1.1 503")
        enough.set()
        assert (await first.receive()).startswith(b"HTTP/1.1 200")


async def test_connections_that_are_only_held_open_make_room_for_who_asks() -> None:
    async with serving(limits=HttpLimits(connections=3)) as port, AsyncExitStack() as held:
        for _ in range(6):
            stream = await held.enter_async_context(await anyio.connect_tcp("127.0.0.1", port))
            await stream.send(b"GET /livez HTTP/1.1\r\nHost: x\r\nX: half a head")
        for _ in range(6):
            answer = await exchange(port, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 201")


async def test_a_handler_that_fails_is_an_internal_error_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(request: Request) -> Response:
        raise LookupError(request.path)

    async with serving(fail) as port, httpx.AsyncClient(trust_env=False) as client:
        for _ in range(2):
            assert (await client.get(f"http://127.0.0.1:{port}/x")).status_code == 500
    assert "answering GET /x failed" in caplog.text
