"""Lots of tweets with what is true of them, made once and kept, so that another version of ours is compared again."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.differential import workload
from tests.differential.comparing import by_tweet
from tests.differential.oracle import Oracle

LOT = 20_000
"""How many tweets the oracle is asked about at a time."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Tweets, and the places of the rules that are true of each."""

    tweets: Sequence[dict[str, Any]]
    expected: Sequence[Sequence[int]]


class Answers:
    """The oracle's answers about generated tweets; kept in a folder if there is one."""

    def __init__(self, seed: int, rules: int, folder: Path | None) -> None:
        self._seed = seed
        self._folder = folder
        self.conditions: list[Any] = workload.rules(seed, rules)
        if folder is not None:
            self._keep_conditions(folder)
        self._oracle: Oracle | None = None

    def _keep_conditions(self, folder: Path) -> None:
        # A later version of the generator may write others: what was asked about stays.
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "conditions.json"
        if file.exists():
            self.conditions = json.loads(file.read_text())
        else:
            file.write_text(json.dumps(self.conditions))

    def lot(self, number: int, size: int = LOT) -> Lot:
        """Return a lot, from the folder if it is there."""
        file = None if self._folder is None else self._folder / f"lot-{number:05}.z"
        if file is not None and file.exists():
            kept = json.loads(zlib.decompress(file.read_bytes()))
            return Lot(kept["tweets"], kept["expected"])
        if self._oracle is None:
            self._oracle = Oracle(self.conditions, workload.MACROS, workload.LISTS)
        tweets = workload.tweets(self._seed, number, size)
        lot = Lot(tweets, by_tweet(self._oracle.told(tweets), len(tweets)))
        if file is not None:
            whole = json.dumps({"tweets": lot.tweets, "expected": lot.expected})
            file.write_bytes(zlib.compress(whole.encode(), 1))
        return lot
