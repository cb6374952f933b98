"""The engine with plugins and rules, for tests: what it makes of tweets, at once and without a network."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio

from tocsin.alerting.memory import AlertMemory
from tocsin.alerting.routes import Route
from tocsin.core.engine import Engine
from tocsin.core.plan import make_plan
from tocsin.errors import RulesError
from tocsin.journal import Entry, PluginFailed
from tocsin.logic.vocabulary import Vocabulary, standard_vocabulary
from tocsin.model import Alert, DestinationName, Outcome, Tweet
from tocsin.notify.destination import Destination
from tocsin.plugins.action import ActionDestination
from tocsin.plugins.contract.checking import GivenEntryPoint
from tocsin.plugins.guard import TransformChain
from tocsin.plugins.host import Host, load_plugins
from tocsin.rules.diagnostics.report import as_text
from tocsin.rules.reading.load import load_rules
from tocsin.rules.ruleset import RuleSet, ruleset_of
from tocsin.rules.templates import filter_names
from tocsin.runtime.pipeline import Pipeline
from tocsin.testing.making import ManualClock, make_tweet


class EngineUnderTest:
    """Transforms, rules and deliveries as in a run, one tweet at a time.

    `alerts`, `entries` (the journal) and `outcomes` (each with its destination's name) grow with each `feed`; `clock`
    stands still until it is moved.
    """

    def __init__(
        self, host: Host, vocabulary: Vocabulary, ruleset: RuleSet, destinations: Mapping[str, Destination]
    ) -> None:
        self.host = host
        self.clock = ManualClock()
        self.alerts: list[Alert] = []
        self.entries: list[Entry] = []
        self.outcomes: list[tuple[str, Outcome]] = []
        self._destinations = destinations
        self._count = 0
        names = tuple(DestinationName(name) for name in destinations)
        plan = make_plan(ruleset, [Route(when=None, notify=names)] if names else [], vocabulary)
        self._transforms = TransformChain(host.transforms, self.clock, self.entries.append)
        self._pipeline = Pipeline(self._transforms, Engine(plan, AlertMemory()))

    def feed(self, *tweets: Tweet | str) -> list[Alert]:
        """Give tweets (or texts, each of a tweet with an id of its own) to the engine; return the alerts they raise.

        Alerts go to the destinations at once, one attempt each.
        """
        found: list[Alert] = []
        for tweet in tweets:
            self._count += 1
            found += self._fed(make_tweet(tweet, id=f"t{self._count}") if isinstance(tweet, str) else tweet)
        return found

    @property
    def failures(self) -> list[PluginFailed]:
        """What plugins did wrong so far."""
        return [entry for entry in self.entries if isinstance(entry, PluginFailed)]

    def _fed(self, tweet: Tweet) -> Sequence[Alert]:
        step = anyio.run(self._pipeline.observe, tweet, self.clock.now())
        self.alerts += step.alerts
        self.entries += [*step.entries, *self.host.faults.taken(self.clock.now())]
        for delivery in step.deliveries:
            destination = self._destinations[delivery.destination]
            self.outcomes.append((delivery.destination, destination.send(delivery.alert, 1)))
        return step.alerts


def engine_with(
    *,
    plugins: Mapping[str, object] | Iterable[str] = (),
    rules: str | Path = "",
    options: Mapping[str, Mapping[str, Any]] | None = None,
    destinations: Mapping[str, Destination | Mapping[str, Any]] | None = None,
) -> EngineUnderTest:
    """Return an engine with plugins and rules.

    `plugins` are modules or objects by the plugin's name, or the names of installed ones; `rules` is the text of a rule
    file, or a path; `options` what `plugins:` of tocsin.yaml would say. `destinations`, by name, are objects such as
    `FakeDestination`, or mappings such as `{"action": "ledger", "folder": "…"}`; alerts of rules that name no
    destination go to all of them.

    Raises:
        RulesError: a plugin couldn't be loaded, or the rules have errors; the message says all that is wrong.
        PluginError: an action isn't there or refuses its options.
    """
    host, vocabulary = _loaded(plugins, options or {})
    places = {
        name: to if not isinstance(to, Mapping) else _action(name, to, host)
        for name, to in (destinations or {}).items()
    }
    return EngineUnderTest(host, vocabulary, _ruleset(rules, vocabulary, places), places)


def _loaded(
    plugins: Mapping[str, object] | Iterable[str], options: Mapping[str, Mapping[str, Any]]
) -> tuple[Host, Vocabulary]:
    standard = standard_vocabulary()
    given = (
        [GivenEntryPoint(name, plugin) for name, plugin in plugins.items()] if isinstance(plugins, Mapping) else None
    )
    host = load_plugins(
        options,
        only=None if given is not None else list(plugins),
        known_operators=standard.operator_names(),
        known_fields=standard.fields,
        known_filters=filter_names(),
        entries=given,
    )
    if host.failed:
        said = "\n".join(f"plugin {plugin.name}: {plugin.error}" for plugin in host.failed)
        raise RulesError(said, count=len(host.failed))
    return host, standard.extended(host.operators, host.fields, host.filters)


def _action(name: str, settings: Mapping[str, Any], host: Host) -> Destination:
    options = {key: value for key, value in settings.items() if key != "action"}
    return ActionDestination(DestinationName(name), *host.action(str(settings["action"])), options)


def _ruleset(rules: str | Path, vocabulary: Vocabulary, destinations: Mapping[str, Destination]) -> RuleSet:
    if rules == "":
        return ruleset_of(())
    with TemporaryDirectory() as folder:
        path = rules if isinstance(rules, Path) else Path(folder) / "rules.yaml"
        if isinstance(rules, str):
            path.write_text(rules, encoding="utf-8")
        names = frozenset(DestinationName(name) for name in destinations)
        loaded = load_rules([path], vocabulary, destinations=names or None)
    if loaded.ruleset is None:
        raise RulesError(as_text(loaded.diagnostics, loaded.sources, colour=False), count=len(loaded.diagnostics))
    return loaded.ruleset
