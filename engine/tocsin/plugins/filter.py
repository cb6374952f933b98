"""Template filters of plugins, made safe to call: whatever they do, the worst is a value that stays as it was."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tocsin.hookspecs import Filter
from tocsin.plugins.contain import copied, discreet
from tocsin.plugins.faults import Faults
from tocsin.plugins.payload import NotUsable, check_value
from tocsin.plugins.watch import Hung, Watch, Watched

_CONTAINERS = (dict, list)


def guarded_filter(plugin: str, wanted: Filter, faults: Faults, watch: Watch | None = None) -> Filter:
    """Return the same filter, contained.

    What it is given is its own or can't be changed. What it raises, a result that is no plain value, and a call that
    `watch` interrupts, go to `faults` and leave the value unfiltered: a title that looks plain is better than an alert
    that says nothing.
    """
    return replace(wanted, function=_guarded(plugin, wanted, faults, watch or Watch()))


def _guarded(plugin: str, wanted: Filter, faults: Faults, watch: Watch) -> Callable[..., Any]:
    function, watched = wanted.function, Watched(plugin, f"filter {wanted.name}")
    hook = watched.what

    def call(value: Any, *arguments: Any, **named: Any) -> Any:
        try:
            own = copied(value) if type(value) in _CONTAINERS else value
            return check_value(watch.call(watched, function, own, *arguments, **named))
        except (NotUsable, Hung) as error:
            faults.tell(plugin, hook, str(error))
        except BaseException as error:  # noqa: BLE001 - a plugin's code
            faults.tell(plugin, hook, f"raised {discreet(error)}")
        return value

    return call
