"""Why each rule is true of a tweet."""

from tocsin.alerting.madeonce import MadeOnce
from tocsin.logic.proofs.proof import Prover
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.ruleset import Rule


class Provers:
    """A prover for each rule; what one needs is worked out at the rule's first match."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._made = MadeOnce[Prover](lambda rule: Prover(rule.condition, vocabulary))

    def of(self, rule: Rule) -> Prover:
        """Return what explains the condition of a rule."""
        return self._made.of(rule)
