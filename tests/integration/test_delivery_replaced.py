"""Destinations that change while deliveries are on their way."""

from datetime import timedelta

import anyio
import anyio.lowlevel
import pytest

from tests.integration.test_delivery_dispatcher import HANGING, D, Hanging, Scripted, commit, dispatching
from tocsin.config.settings import DestinationSettings
from tocsin.model import Unreachable
from tocsin.store.memory import MemoryStore

pytestmark = pytest.mark.anyio
SETTINGS = {D: DestinationSettings(name=D), HANGING: DestinationSettings(name=HANGING)}


async def test_what_comes_after_a_change_goes_to_the_new_destination() -> None:
    store, old, new = MemoryStore(), Scripted(), Scripted()
    commit(store, [1], D)
    async with dispatching(store, old) as dispatcher:
        with anyio.fail_after(20):
            await dispatcher.idle()
            dispatcher.replace({D: new}, SETTINGS)
            commit(store, [2], D)
            dispatcher.wake()
            await dispatcher.idle()
    assert (len(old.sent), len(new.sent)) == (1, 1)


async def test_a_mended_destination_need_not_rest_as_the_old_one_had_to() -> None:
    store, new = MemoryStore(), Scripted()
    old = Scripted(outcomes=[Unreachable("busy", retry_after=timedelta(hours=1))])
    commit(store, [1, 2], D)
    async with dispatching(store, old) as dispatcher:
        with anyio.fail_after(20):
            await dispatcher.idle()
            dispatcher.replace({D: new}, SETTINGS)
            await dispatcher.idle()
    assert (len(old.sent), len(new.sent)) == (1, 1)


async def test_a_send_under_way_ends_with_the_destination_that_began_it() -> None:
    store, old, new = MemoryStore(), Hanging(), Scripted(HANGING)
    commit(store, [1, 2], HANGING)
    async with dispatching(store, old) as dispatcher:
        with anyio.fail_after(20):
            while not old.begun:
                await anyio.lowlevel.checkpoint()
            dispatcher.replace({HANGING: new}, SETTINGS)
            old.let_go.set()
            await dispatcher.idle()
    assert (old.begun, len(new.sent)) == (1, 1)
    assert len(store.outbox(states=["delivered"])) == 2


async def test_what_waits_for_a_destination_that_is_gone_becomes_a_dead_letter_with_the_reason() -> None:
    store = MemoryStore()
    async with dispatching(store, Scripted()) as dispatcher:
        dispatcher.replace({}, {HANGING: SETTINGS[HANGING]})
        commit(store, [1], D)
        dispatcher.wake()
        with anyio.fail_after(20):
            await dispatcher.idle()
    [row] = store.outbox(states=["dead"])
    assert "no destination 'd'" in row.reason
