"""A plugin's action as a destination: whatever it does, how a delivery ended is a value."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from tocsin.errors import PluginError
from tocsin.hookspecs import Action
from tocsin.model import Alert, Delivered, DestinationName, Outcome, Refused, Unreachable
from tocsin.plugins.contain import clean, copied, describe, name_of, secrets_in
from tocsin.plugins.options import read_options
from tocsin.plugins.worker import Worker

_SHORTEST_HIDDEN = 4


class ActionDestination:
    """Performs one plugin's action with one destination's options; a `notify.destination.Destination`."""

    def __init__(
        self,
        name: DestinationName,
        plugin: str,
        action: Action,
        options: Mapping[str, Any],
        *,
        hidden: Sequence[str] = (),
    ) -> None:
        """Check the options against the action's model; what is `hidden`, or a `SecretStr` of them, is shown as
        `***` whatever the action says.

        Raises:
            PluginError: the action doesn't take them; the message names each place in tocsin.yaml.
        """
        self._name = name
        self._plugin = plugin
        self._action = action
        self._options = _checked(name, plugin, action, options)
        # Longest first: one may be part of another. Very short ones are no secrets, and would blot out half of a text.
        secret = {*hidden, *secrets_in(self._options)}
        self._hidden = sorted((text for text in secret if len(text) >= _SHORTEST_HIDDEN), key=len, reverse=True)
        self._worker = Worker(f"tocsin-{plugin}-{action.name}")

    @property
    def name(self) -> DestinationName:
        """The destination's name in tocsin.yaml."""
        return self._name

    def send(self, alert: Alert, attempt: int) -> Outcome:
        """Perform the action and return how it ended, at the latest when the action's timeout is over.

        What the action raises, and a timeout, count as Unreachable: a later attempt may succeed. Something that is no
        outcome counts as Refused: another attempt would give it again.
        """
        call = self._worker.start(partial(self._action.perform, _own(alert), self._options))
        if call is None:
            return Unreachable(f"{self._who}: an earlier call still hangs")
        timeout_s = self._action.timeout.total_seconds()
        if not call.wait(timeout_s):
            self._worker.leave_behind()
            return Unreachable(f"{self._who}: no answer within {timeout_s:g} s")
        if call.error is not None:
            return Unreachable(f"{self._who} raised {self._shown(describe(call.error))}")
        return self._outcome(call.result)

    @property
    def _who(self) -> str:
        return f"action {self._action.name} of plugin {self._plugin}"

    def _shown(self, text: str) -> str:
        for secret in self._hidden:
            text = text.replace(secret, "***")
            # A message that was cut may end within one.
            for length in range(len(secret) - 1, _SHORTEST_HIDDEN - 1, -1):
                text = text.replace(f"{secret[:length]}…", "***…")
        return clean(text)

    def _outcome(self, result: object) -> Outcome:
        match result:
            case Delivered(detail=str() as detail):
                return Delivered(self._shown(detail))
            case Refused(reason=str() as reason, status=int() | None as status):
                return Refused(self._shown(reason), status)
            case Unreachable(reason=str() as reason, status=int() | None as status, retry_after=retry_after):
                return Unreachable(self._shown(reason), status, retry_after)
        return Refused(f"{self._who} returned {name_of(result)}; it must return Delivered, Refused or Unreachable")


def _own(alert: Alert) -> Alert:
    """Return the alert with data that no other destination has."""
    tweet = replace(alert.tweet, data=copied(dict(alert.tweet.data)))  # type: ignore[arg-type]
    return replace(alert, tweet=tweet, labels=dict(alert.labels))


def _checked(name: DestinationName, plugin: str, action: Action, options: Mapping[str, Any]) -> Any:
    place = f"destinations.{name} in tocsin.yaml"
    if action.options is None:
        if options:
            taken = ", ".join(clean(str(key), 60) for key in options)
            raise PluginError(f"{place}: action {action.name} takes no options, remove {taken}", plugin=plugin)
        return None
    values, problems = read_options(plugin, action.options, options)
    if values is None:
        said = "; ".join(
            f"{'.'.join(map(str, problem.path)) or action.name}: {problem.message} {problem.hint}".rstrip()
            for problem in problems
        )
        raise PluginError(f"{place}: {said}", plugin=plugin)
    return values
