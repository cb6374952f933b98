"""Messages that no reader should stumble over: proper WebSocket, but not the specification's tweets."""

import json
from typing import Final

from wsproto.events import BytesMessage, Event, TextMessage

_DEPTH: Final = 10_000

MESSAGES: Final = (
    "",
    "this is not JSON",
    '{"type":"tweet","data":',
    "[]",
    "null",
    '"tweet"',
    "[" * _DEPTH + "]" * _DEPTH,
    '{"type":"tweet"}',
    '{"type":"tweet","data":null}',
    '{"type":"tweet","data":[1,2,3]}',
    '{"type":"tweet","data":{"text":"no id"}}',
    '{"type":"tweet","data":{"id":"1","text":"\\ud83d alone","user":null,"metrics":{"retweets":NaN}}}',
    '{"type":"tweet","data":{"id":' + "9" * 5_000 + ',"text":"a long number"}}',
    '{"type":"notice","message":"an unknown type"}',
)


def malformed_events() -> tuple[Event, ...]:
    """Return each kind of malformed message once."""
    return (*(TextMessage(data=message) for message in MESSAGES), BytesMessage(data=b"\x00\xffbinary\x80"))


def oversize_tweet(size_bytes: int) -> str:
    """Return a tweet message whose text has that many bytes."""
    data = {
        "id": "1",
        "text": "x" * size_bytes,
        "user": {"id": "1", "username": "oversize", "name": "Oversize"},
        "created_at": "2026-01-01T00:00:00Z",
        "metrics": {"retweets": 0, "likes": 0, "replies": 0},
    }
    return json.dumps({"type": "tweet", "data": data})
