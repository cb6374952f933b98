"""Why each rule is true of a tweet."""

from collections.abc import Iterable

from tocsin.logic.proofs.proof import Prover
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import RuleId
from tocsin.rules.ruleset import Rule


class Provers:
    """A prover for each rule; what one needs is worked out at the rule's first match."""

    def __init__(self, rules: Iterable[Rule], vocabulary: Vocabulary) -> None:
        self._provers = {rule.id: Prover(rule.condition, vocabulary) for rule in rules}

    def of(self, rule_id: RuleId) -> Prover:
        """Return what explains the condition of one of the rules.

        Raises:
            KeyError: it is none of them.
        """
        return self._provers[rule_id]
