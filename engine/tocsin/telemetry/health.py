"""How tocsin is, as an operator asks for it: alive, ready, and if not, why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be so for tocsin to be ready; `problem` says why it isn't, None if it is."""

    name: str
    problem: str | None


@dataclass(slots=True)
class Health:
    """The state of the running program. Belongs to the event loop; instants are None until they happen.

    `store_problem` says why batches can't be committed at the moment, `outbox_problem` why nothing can be taken from
    the outbox, `silence_problem` that no tweets come though the stream is connected, `reload_problem` why the newest
    rule files are not in force. `received` counts all tweets that came, also those that were left out.
    `plugin_problems` says which plugins were left out or are not called for a while.
    """

    connection: str = "connecting"
    connection_reason: str = ""
    last_tweet_at: datetime | None = None
    rules: int = 0
    revision: str = ""
    received: int = 0
    tweets: int = 0
    alerts: int = 0
    delivered: int = 0
    withheld: int = 0
    dead_letters: int = 0
    store_problem: str | None = None
    outbox_problem: str | None = None
    silence_problem: str | None = None
    reload_problem: str | None = None
    reload_problem_since: datetime | None = None
    plugin_problems: Callable[[], list[str]] = list

    def checks(self) -> list[Check]:
        """Return everything that must be so for tocsin to be ready, and whether it is."""
        because = f" ({self.connection_reason})" if self.connection_reason else ""
        return [
            Check("stream", None if self.connection == "connected" else self.connection + because),
            Check("tweets", self.silence_problem),
            Check("state", self.store_problem),
            Check("outbox", self.outbox_problem),
            Check("rules", None if self.rules else "none in force"),
        ]

    def problems(self) -> list[str]:
        """Return why tocsin isn't ready, a sentence each; empty when it is."""
        return [f"{check.name}: {check.problem}" for check in self.checks() if check.problem is not None]

    def warnings(self) -> list[str]:
        """Return what somebody should look at although tocsin is ready, a sentence each."""
        found = self.plugin_problems()
        if self.reload_problem is not None and self.reload_problem_since is not None:
            since = self.reload_problem_since.isoformat(timespec="seconds")
            found = [f"rules: the newest files are not in force since {since}: {self.reload_problem}", *found]
        return found

    def report(self) -> dict[str, Any]:
        """Return the answer of /readyz as a JSON object."""
        problems = self.problems()
        return {
            "ready": not problems,
            "problems": problems,
            "warnings": self.warnings(),
            "checks": [
                {"name": check.name, "ok": check.problem is None, "problem": check.problem} for check in self.checks()
            ],
            "connection": self.connection,
            "last_tweet_at": self.last_tweet_at.isoformat() if self.last_tweet_at else None,
            "rules": self.rules,
            "revision": self.revision,
            "tweets": self.tweets,
            "alerts": self.alerts,
            "delivered": self.delivered,
            "dead_letters": self.dead_letters,
        }
