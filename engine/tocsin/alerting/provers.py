"""Why each rule is true of a tweet."""

from collections.abc import Iterable

from tocsin.logic.proofs.proof import Prover
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import RuleId
from tocsin.rules.ruleset import Rule


class Provers:
    """A prover for each rule; what one needs is worked out at the rule's first match."""

    def __init__(self, rules: Iterable[Rule], vocabulary: Vocabulary, known: "Provers | None" = None) -> None:
        """Prepare the rules; those of `known`, which must have the same vocabulary, keep what they worked out."""
        before: dict[RuleId, Prover] = {} if known is None else known._provers
        self._provers: dict[RuleId, Prover] = {
            rule.id: _prover(rule, vocabulary, before.get(rule.id)) for rule in rules
        }

    def of(self, rule_id: RuleId) -> Prover:
        """Return what explains the condition of one of the rules.

        Raises:
            KeyError: it is none of them.
        """
        return self._provers[rule_id]


def _prover(rule: Rule, vocabulary: Vocabulary, before: Prover | None) -> Prover:
    return before if before is not None and before.expr is rule.condition else Prover(rule.condition, vocabulary)
