"""What `http.listen` serves besides /livez, which `aside` answers: /readyz, /metrics, the page that acknowledges."""

import json

from tocsin.clock import Clock
from tocsin.runtime.ackpage import PREFIX, AckPage
from tocsin.sources.source import Inbox
from tocsin.telemetry.health import Health
from tocsin.telemetry.http import Request, Response
from tocsin.telemetry.metrics import Metrics


class Web:
    """Answers for the running program, on its event loop."""

    def __init__(
        self, health: Health, metrics: Metrics, clock: Clock, inbox: Inbox, acks: AckPage | None = None
    ) -> None:
        self._health = health
        self._metrics = metrics
        self._clock = clock
        self._inbox = inbox
        self._acks = acks

    async def __call__(self, request: Request) -> Response:
        """Answer one request; but for acknowledging, only GET and HEAD are known."""
        if self._acks is not None and request.path.startswith(PREFIX):
            return await self._acks.answer(request)
        if request.method not in {"GET", "HEAD"}:
            return Response(status=405, body=b"only GET\n")
        match request.path:
            case "/readyz":
                report = self._health.report()
                body = json.dumps(report, indent=2).encode() + b"\n"
                return Response(status=200 if report["ready"] else 503, body=body, content_type="application/json")
            case "/metrics":
                self._measure()
                body, content_type = self._metrics.answer(request.headers.get("accept", ""))
                return Response(status=200, body=body, content_type=content_type, headers=(("Vary", "Accept"),))
            case _:
                return Response(status=404, body=b"there are /livez, /readyz and /metrics\n")

    def _measure(self) -> None:
        """Take what is true at this instant."""
        last = self._health.last_tweet_at
        if last is not None:
            self._metrics.last_tweet_age.set(max((self._clock.now() - last).total_seconds(), 0.0))
        self._metrics.inbox.set(self._inbox.waiting)
        self._metrics.ready.set(not self._health.problems())
