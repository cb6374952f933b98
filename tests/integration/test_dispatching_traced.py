"""The story of an alert that waited, went out with others, or came by another way."""

from datetime import timedelta

import pytest

from tests.alerts import make_alert
from tests.dispatching import Stage, destination, stage
from tocsin.alerting.holding import Digest
from tocsin.alerting.limit import Limit
from tocsin.cli.output.story_in_words import timeline
from tocsin.model import Delivered, DestinationName, Outcome, Refused, Unreachable
from tocsin.runtime.tracing.answers import answers
from tocsin.runtime.tracing.story import look_up

pytestmark = pytest.mark.anyio

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOST = Unreachable("no answer in time")


def told(there: Stage, asked: str) -> list[tuple[str, str]]:
    story = look_up(there.store, asked, there.clock.now())
    return [(moment.kind, moment.says) for moment in timeline(story) if moment.kind != "written"]


async def test_an_alert_in_a_digest_tells_of_its_waiting_and_of_the_message() -> None:
    async with stage(destination(digest=Digest(every=HOUR))) as there:
        await there.raise_alerts([1, 2], "d")
        assert told(there, make_alert(1).id)[0] == (
            "held",
            "d waits until 2026-01-01 13:00:00Z: for the digest of 'd' at 2026-01-01 13:00:00 UTC",
        )
        await there.move_on(HOUR)
        message = there["d"].sent[0].id
        assert told(there, make_alert(1).id)[1:] == [
            ("folded", f"d message {message} for 2 alerts together: the digest's period is over"),
            ("attempted", f"d attempt 1: delivered in message {message}"),
        ]


async def test_failures_of_the_message_are_part_of_each_alerts_story() -> None:
    answers_of_d: dict[str, list[Outcome]] = {"d": [LOST, Delivered()]}
    async with stage(destination(limit=Limit(2, HOUR)), outcomes=answers_of_d) as there:
        await there.raise_alerts(range(3), "d")
        assert [kind for kind, _ in told(there, make_alert(1).id)] == ["folded", "attempted", "next-try"]
        await there.move_on(MINUTE)
        assert [kind for kind, _ in told(there, make_alert(1).id)] == ["folded", "attempted", "attempted"]


async def test_the_message_itself_can_be_asked_about() -> None:
    async with stage(destination(limit=Limit(2, HOUR))) as there:
        await there.raise_alerts(range(3), "d")
        message = there["d"].sent[0].id
        story = look_up(there.store, message, there.clock.now())
        ids = ", ".join(make_alert(number).id for number in range(3))
        assert answers(story) == [f"message {message} to d stands for alerts {ids}"]


async def test_the_other_way_is_part_of_the_story() -> None:
    settings = destination("a", fallback=DestinationName("b")), destination("b")
    async with stage(*settings, outcomes={"a": [Refused("no such channel")]}) as there:
        await there.raise_alerts([1], "a")
        assert told(there, make_alert(1).id) == [
            ("attempted", "a attempt 1: refused (no such channel)"),
            ("gave-up", "a given up: no such channel"),
            ("fell-back", "a given to b as well: no such channel"),
            ("attempted", "b attempt 1: delivered"),
        ]
