"""What an earlier run left is taken back, or the program says what is wrong with it."""

from typing import Any

import pytest

from tocsin.alerting.memory import AlertMemory
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.errors import StoreDamaged
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.runtime.recalling import take_back
from tocsin.testing import EPOCH, make_rule, make_ruleset


@pytest.mark.parametrize(
    "records",
    [
        {"throttle/hacked/0123": {"a": 1}},
        {"throttle/hacked/0123": {"opened_at": "soon"}},
        {"budget/hacked": {"a": []}},
    ],
)
def test_what_an_earlier_run_cannot_have_left_is_damage_and_no_traceback(records: dict[str, Any]) -> None:
    rules = make_ruleset(make_rule("hacked", {"word": ["hacked"]}))
    engine = Engine(make_plan(rules, (), standard_vocabulary()), AlertMemory())
    with pytest.raises(StoreDamaged, match="restore it from a backup"):
        take_back(engine, records, EPOCH)
