"""What `http.listen` serves: /livez, /readyz and /metrics, and the page by which alerts are acknowledged."""

import json

from tocsin.runtime.ackpage import PREFIX, AckPage
from tocsin.telemetry.health import Health
from tocsin.telemetry.http import Request, Response
from tocsin.telemetry.metrics import CONTENT_TYPE, Metrics


class Web:
    """Answers for the running program."""

    def __init__(self, health: Health, metrics: Metrics, acks: AckPage | None = None) -> None:
        self._health = health
        self._metrics = metrics
        self._acks = acks

    async def __call__(self, request: Request) -> Response:
        """Answer one request; but for acknowledging, only GET and HEAD are known."""
        if self._acks is not None and request.path.startswith(PREFIX):
            return await self._acks.answer(request)
        if request.method not in {"GET", "HEAD"}:
            return Response(status=405, body=b"only GET\n")
        match request.path:
            case "/livez":
                return Response(status=200, body=b"alive\n")
            case "/readyz":
                report = self._health.report()
                body = json.dumps(report, indent=2).encode() + b"\n"
                return Response(status=200 if report["ready"] else 503, body=body, content_type="application/json")
            case "/metrics":
                return Response(status=200, body=self._metrics.render(), content_type=CONTENT_TYPE)
            case _:
                return Response(status=404, body=b"there are /livez, /readyz and /metrics\n")
