"""What to add to a rule's tests so that they notice the mutants that survive them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.logic.ast import Call, Literal
from tocsin.logic.vocabulary import Vocabulary
from tocsin.model import Json
from tocsin.proving.mutants import Mutant
from tocsin.proving.trial import Trial
from tocsin.proving.tweets import timeline
from tocsin.proving.witness import Fields, Witness, find_witness
from tocsin.rules.cases import WORD, Given, replaced
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule

_PLAIN: Final = re.compile(r"[^\W\d_][\w]*(?: [\w]+)*")
_NOT_TEXT: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A test to add: what its tweet must be like, what comes of it, and the test as a line of YAML.

    `mutants` are those that it kills; `line` is empty where no such tweet was found, and `matches` None where even what
    should come of it isn't known.
    """

    mutants: tuple[Mutant, ...]
    situation: str
    matches: bool | None
    line: str


def suggestions(rule: Rule, survivors: Sequence[Mutant], vocabulary: Vocabulary, places: SourceMap) -> list[Suggestion]:
    """Return a test for each survivor; one test for all words of one list that are missed, where one can do it.

    Every line was tried: on its tweet, the rule and the mutant come to different things.
    """
    found: list[Suggestion] = []
    left = list(survivors)
    while left:
        first = left.pop(0)
        suggestion = _suggestion(rule, first, left, vocabulary, places)
        found.append(suggestion)
        left = [mutant for mutant in left if mutant not in suggestion.mutants]
    return found


def as_test(fields: Fields, matches: bool, each: Json = None) -> str:
    """Return a test as a line of a rule file."""
    every = f"each: {_flow(each)}, " if each else ""
    return f"- {{{every}tweet: {_flow(dict(fields))}, expect: {'match' if matches else 'no_match'}}}"


def _suggestion(
    rule: Rule, first: Mutant, others: Sequence[Mutant], vocabulary: Vocabulary, places: SourceMap
) -> Suggestion:
    witness = find_witness(rule, first, vocabulary)
    if witness is None:
        return Suggestion((first,), first.situation, _expected(first), "")
    before = Trial(rule, vocabulary)
    alike = _killed_alike(before, first, others, witness, vocabulary)
    if not alike:
        line = as_test(witness.fields, witness.matches)
        also = [one for one in others if not _word(one) and _tells(before, one, witness.fields, witness, vocabulary)]
        return Suggestion((first, *also), first.situation, witness.matches, line)
    hole = _with_hole(witness.fields, _word(first))
    each: Json = _whole_list(before, first, hole, witness, places) or [_word(mutant) for mutant in (first, *alike)]
    line = as_test(hole, witness.matches, each)
    return Suggestion((first, *alike), f"{first.situation}, and so for each word below", witness.matches, line)


def _killed_alike(
    before: Trial, first: Mutant, others: Sequence[Mutant], witness: Witness, vocabulary: Vocabulary
) -> list[Mutant]:
    """Return the mutants that lack another word of the same list, and that the same tweet with their word tells."""
    hole = _with_hole(witness.fields, _word(first))
    if hole == witness.fields or first.change is None:
        return []
    at = first.change.node.at
    near = [one for one in others if _word(one) and one.change is not None and one.change.node.at == at]
    return [one for one in near if _tells(before, one, hole, witness, vocabulary)]


def _whole_list(
    before: Trial, first: Mutant, hole: Fields, witness: Witness, places: SourceMap
) -> dict[str, Json] | None:
    """Return a reference to the list that the missing word is from, if the tweet does for each of its words."""
    if first.change is None or not isinstance(first.change.node, Call):
        return None
    patterns = [arg for arg in first.change.node.args if isinstance(arg, Literal)]
    at = next((pattern.at for pattern in patterns if pattern.value == _word(first)), ())
    names = places.lists(at)
    fit = all(
        _alerts(before, _filled(hole, str(pattern.value))) is witness.matches
        for pattern in patterns
        if pattern.at == at
    )
    return {"list": names[0]} if len(names) == 1 and fit else None


def _tells(before: Trial, mutant: Mutant, fields: Fields, witness: Witness, vocabulary: Vocabulary) -> bool:
    """Whether rule and mutant differ on a tweet, its hole filled, and the rule says what it says of the witness."""
    filled = _filled(fields, _word(mutant))
    return _alerts(before, filled) is witness.matches is not _alerts(Trial(mutant.rule, vocabulary), filled)


def _alerts(trial: Trial, fields: Fields) -> bool:
    return bool(trial.came_of(timeline([Given(fields=fields)])).alerts)


def _filled(fields: Fields, word: str) -> Fields:
    return {name: replaced(value, WORD, word) for name, value in fields.items()}


def _word(mutant: Mutant) -> str:
    return (mutant.change.word or "") if mutant.change is not None else ""


def _with_hole(fields: Fields, word: str) -> Mapping[str, Json]:
    """Return the tweet with the word taken out, the first time that it stands there."""
    if not word:
        return fields
    for name, value in fields.items():
        if isinstance(value, str) and word in value:
            return {**fields, name: value.replace(word, WORD, 1)}
    return fields


def _expected(mutant: Mutant) -> bool | None:
    return None if mutant.effect == 0 else mutant.effect < 0


def _flow(value: Json) -> str:
    """Return a value as YAML on one line, quoted wherever YAML could read something else."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case str() if _PLAIN.fullmatch(value) and value.lower() not in _NOT_TEXT:
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)
