"""How tocsin is, as an operator asks for it: alive, ready, and if not, why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Health:
    """The state of the running program. Belongs to the event loop; instants are None until they happen.

    `store_problem` says why batches can't be committed at the moment, `outbox_problem` why nothing can be taken from
    the outbox, `reload_problem` why the newest rule files are not in force. `plugin_problems` says which plugins were
    left out or are not called for a while.
    """

    connection: str = "connecting"
    connection_reason: str = ""
    last_tweet_at: datetime | None = None
    rules: int = 0
    revision: str = ""
    tweets: int = 0
    alerts: int = 0
    delivered: int = 0
    withheld: int = 0
    dead_letters: int = 0
    store_problem: str | None = None
    outbox_problem: str | None = None
    reload_problem: str | None = None
    reload_problem_since: datetime | None = None
    plugin_problems: Callable[[], list[str]] = list

    def problems(self) -> list[str]:
        """Return why tocsin isn't ready, a sentence each; empty when it is."""
        found = []
        if self.connection != "connected":
            found.append(
                f"stream: {self.connection}" + (f" ({self.connection_reason})" if self.connection_reason else "")
            )
        if self.store_problem is not None:
            found.append(f"state: {self.store_problem}")
        if self.outbox_problem is not None:
            found.append(f"outbox: {self.outbox_problem}")
        if not self.rules:
            found.append("rules: none in force")
        return found

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
            "connection": self.connection,
            "last_tweet_at": self.last_tweet_at.isoformat() if self.last_tweet_at else None,
            "rules": self.rules,
            "revision": self.revision,
            "tweets": self.tweets,
            "alerts": self.alerts,
            "delivered": self.delivered,
            "dead_letters": self.dead_letters,
        }
