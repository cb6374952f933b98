"""Indexing all rules together again once much has changed, while tweets are read and files change on."""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import anyio
import anyio.to_thread

from tocsin.core.plan import Plan
from tocsin.rules.edits import edits_between
from tocsin.runtime import collecting
from tocsin.runtime.reloading.replacement import InForce

LOOKS_EVERY_S: Final = 60
"""How often to look whether a plan is worn though nothing was put in force."""


class InCharge(Protocol):
    """Whoever knows what is in force, and can put there what means the same."""

    @property
    def running(self) -> InForce:
        """What is in force."""
        ...

    @property
    def plan(self) -> Plan | None:
        """The same, ready to run."""
        ...


class Renewal:
    """Replaces a plan that has become slower with every change by one that means the same; belongs to one task."""

    def __init__(self, in_charge: InCharge, changing: anyio.Lock) -> None:
        """`changing` is held by whoever puts something in force, from the moment it looks at what is there."""
        self._in_charge = in_charge
        self._changing = changing
        self._word = anyio.Event()

    def look(self) -> None:
        """Take note that something was put in force."""
        plan = self._in_charge.plan
        if plan is not None and plan.is_worn:
            self._word.set()

    async def run(self, put: Callable[[Plan], Awaitable[None]]) -> None:
        """Renew whenever it is worth it, until cancelled; `put` puts a plan in the place of the one in force."""
        while True:
            # The stream, too, wears a plan out, once it has shown which words are rare.
            with anyio.move_on_after(LOOKS_EVERY_S):
                await self._word.wait()
            self._word = anyio.Event()
            if (plan := self._in_charge.plan) is not None and plan.is_worn:
                await self.renew(put)

    async def renew(self, put: Callable[[Plan], Awaitable[None]]) -> None:
        """Index all rules together; those that change meanwhile are added to what that gave."""
        running, plan = self._in_charge.running, self._in_charge.plan
        if plan is None:
            return
        whole = await anyio.to_thread.run_sync(_indexed, running, plan, abandon_on_cancel=True)
        async with self._changing:
            now = self._in_charge.running
            await put(await anyio.to_thread.run_sync(_caught_up, whole, running, now, abandon_on_cancel=True))


def _indexed(running: InForce, plan: Plan) -> Plan:
    with collecting.beside_the_stream():
        return running.project.plan(known=plan.compiled, sample=plan.matcher.sample)


def _caught_up(whole: Plan, running: InForce, now: InForce) -> Plan:
    if now is running:
        return whole
    with collecting.beside_the_stream():
        return now.project.plan_after(whole, edits_between(running.project.ruleset.rules, now.project.ruleset.rules))
