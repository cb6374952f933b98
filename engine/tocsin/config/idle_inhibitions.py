"""Inhibitions that can never withhold anything: an alert that is one of `if` is never muted by that entry."""

from collections.abc import Iterable
from dataclasses import replace

from tocsin.alerting.inhibition import Inhibition
from tocsin.logic.ast import Call, Expr, Literal, Var
from tocsin.logic.reasoning.formula import formula_of
from tocsin.logic.reasoning.implication import Prover
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.lint.subject import warning
from tocsin.rules.templates import ALERT_NAMES


def idle_inhibitions(inhibitions: Iterable[Inhibition], vocabulary: Vocabulary) -> list[Diagnostic]:
    """Return a warning for each that mutes nothing but alerts of its own `if`, or no alert at all."""
    prover = Prover(replace(vocabulary, fields={**vocabulary.fields, **ALERT_NAMES}))
    found: list[Diagnostic] = []
    for inhibition in inhibitions:
        mutes, source = formula_of(inhibition.mutes), formula_of(_condition(inhibition))
        if inhibition.span is None:
            continue
        if prover.is_never_true(mutes):
            message, hint = "what this mutes is true of no alert", "say what is to be withheld: `eq: [.rule, noisy]`"
        elif prover.is_implied([mutes], source):
            message = "this mutes only alerts that are themselves ones of 'if', which it never withholds"
            hint = "name those that only follow from them; to hold back repeats of one rule, give it a `throttle`"
        else:
            continue
        found.append(warning("idle-inhibition", inhibition.span, message, hint))
    return found


def _condition(inhibition: Inhibition) -> Expr:
    source = inhibition.source
    return Call("==", (Var(Literal("rule")), Literal(source))) if isinstance(source, str) else source
