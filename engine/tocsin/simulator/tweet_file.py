"""Tweets from a file of JSON lines: bare, or as messages of the stream."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tocsin.errors import ConfigError
from tocsin.simulator.subscriptions import Post


def read_posts(path: Path) -> Iterator[Post]:
    """Yield the tweets of a file, in order, read as they are needed; empty lines are passed over.

    Raises:
        ConfigError: the file can't be read or a line holds no tweet; the message names both.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield Post.of(_tweet(line, path, number))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the tweets in {path} can't be read: {error}") from error


def _tweet(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}, line {number} is not JSON: {error}") from error
    data = message.get("data") if isinstance(message, dict) and message.get("type") == "tweet" else message
    if not isinstance(data, dict) or "id" not in data:
        raise ConfigError(f"{path}, line {number} holds no tweet: an object with an id, bare or under `data`")
    return data
