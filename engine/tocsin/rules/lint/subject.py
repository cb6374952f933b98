"""What lint looks at: rules, the files that they stand in, and what can be proved of their conditions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tocsin.logic.ast import Path
from tocsin.logic.reasoning.formula import Formula, formula_of
from tocsin.logic.reasoning.implication import Prover
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import DestinationName, RuleId
from tocsin.rules.diagnostics.diagnostic import Diagnostic, Span
from tocsin.rules.ruleset import Rule, RuleSet
from tocsin.rules.syntax.document import Document

_PARTS: Final = ("match", "when")


@dataclass(slots=True, kw_only=True)
class Subject:
    """Everything that lint may look at.

    `today` (UTC) is what dates are compared with. `destinations` says where alerts of each rule go as far as that can
    be told beforehand, None where no configuration was read. `declared` are the destinations that must have a use, with
    their places; `routed` those that routes name.
    """

    ruleset: RuleSet
    documents: Mapping[str, Document]
    vocabulary: Vocabulary
    today: date
    destinations: Mapping[RuleId, frozenset[DestinationName]] | None = None
    declared: Mapping[DestinationName, Span] = field(default_factory=dict)
    routed: frozenset[DestinationName] = frozenset()
    prover: Prover = field(init=False)
    _formulas: dict[RuleId, Formula] = field(init=False, default_factory=dict)
    _never: dict[RuleId, bool] = field(init=False, default_factory=dict)
    _always: dict[RuleId, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing proved."""
        self.prover = Prover(self.vocabulary)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules, those that don't run too."""
        return tuple(self.ruleset.rules.values())

    def formula(self, rule: Rule) -> Formula:
        """Return the condition of a rule, exceptions apart."""
        if rule.id not in self._formulas:
            at = (rule.span.file, "rules", rule.id, "match" if rule.only_match else "when")
            self._formulas[rule.id] = formula_of(rule.condition, at=at)
        return self._formulas[rule.id]

    def is_never_true(self, rule: Rule) -> bool:
        """Whether a rule is proved never to match, exceptions apart."""
        if rule.id not in self._never:
            self._never[rule.id] = self.prover.is_never_true(self.formula(rule))
        return self._never[rule.id]

    def is_always_true(self, rule: Rule) -> bool:
        """Whether a rule is proved to match every tweet, exceptions apart."""
        if rule.id not in self._always:
            self._always[rule.id] = self.prover.is_always_true(self.formula(rule))
        return self._always[rule.id]

    def span(self, at: Path) -> Span | None:
        """Return where a clause was written: its key if it has one; None where no file is known."""
        document = self.documents.get(str(at[0])) if at else None
        if document is None:
            return None
        # What `match` and `when` say together was written nowhere as such.
        if len(at) == 4 and at[1] == "rules" and isinstance(at[3], int):
            at = (*at[:3], _PARTS[at[3]])
        return document.span(at, on_key=at in document.keys)


def warning(code: str, span: Span, message: str, hint: str = "") -> Diagnostic:
    """Return what lint found."""
    return Diagnostic(span=span, severity="warning", code=code, message=message, hint=hint)
