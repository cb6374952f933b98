"""What plugins registered, by kind and name."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from tocsin.hookspecs import Action, Filter, Operator, Source, Transform, Type
from tocsin.plugins.listening import Listener


@dataclass(slots=True)
class Brought:
    """What one plugin registered, or all of them together: by name, the plugin's name and the value.

    `options` is the model that a single plugin declared, None if it takes none.
    """

    operators: dict[str, tuple[str, Operator]] = field(default_factory=dict)
    transforms: dict[str, tuple[str, Transform]] = field(default_factory=dict)
    actions: dict[str, tuple[str, Action]] = field(default_factory=dict)
    sources: dict[str, tuple[str, Source]] = field(default_factory=dict)
    filters: dict[str, tuple[str, Filter]] = field(default_factory=dict)
    fields: dict[str, tuple[str, Type]] = field(default_factory=dict)
    listeners: list[Listener] = field(default_factory=list)
    hooks: tuple[str, ...] = ()
    options: type[BaseModel] | None = None

    def tables(self) -> dict[str, dict[str, tuple[str, Any]]]:
        """Return the tables by the word that stands for their entries in messages."""
        return {
            "operator": self.operators,
            "transform": self.transforms,
            "action": self.actions,
            "source": self.sources,
            "filter": self.filters,
            "field": self.fields,
        }

    def names(self) -> tuple[str, ...]:
        """Return what there is, in words: `operator shouting`."""
        return tuple(f"{word} {name}" for word, table in self.tables().items() for name in table)

    def add(self, plugin: str, value: Operator | Transform | Action | Source | Filter) -> str | None:
        """Add a value that was registered, and the fields that it declares; return why not, if its name is there."""
        word = type(value).__name__.lower()
        table = self.tables()[word]
        if value.name in table:
            return f"{word} '{value.name}' is registered twice"
        table[value.name] = (plugin, value)
        if isinstance(value, Transform):
            self.fields.update({path: (plugin, kind) for path, kind in value.fields.items()})
        return None

    def take(self, other: "Brought") -> None:
        """Add all that the other has."""
        for word, table in other.tables().items():
            self.tables()[word].update(table)
        self.listeners += other.listeners
