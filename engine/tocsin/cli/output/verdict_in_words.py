"""What a rule says of a tweet, as text and as JSON: the verdict, what decided, and what was nearest."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tocsin.alerting.explanation import RuleExplanation
from tocsin.cli.output.proofs import leaf_as_json, placed, where, where_as_json
from tocsin.cli.output.screen import Screen
from tocsin.logic.proofs.naming import short
from tocsin.logic.proofs.proof import Change, Leaf, Missing, Proof, WhyNot
from tocsin.model import Tweet
from tocsin.rules.places import SourceMap

_SAID: Final = {
    "match": "matches",
    "no_match": "does not match",
    "failed": "could not be evaluated on",
    "excepted": "matches, but an exception holds for",
}


def verdict_as_text(found: RuleExplanation, tweet: Tweet, places: SourceMap, screen: Screen) -> str:
    """Return the verdict on a tweet, the tweet with what was found in it, and why."""
    colour = screen.good if found.decision == "match" else screen.bad
    lines = [f"{screen.strong(found.rule.id)} {colour(_SAID[found.decision])} tweet {screen.safe(tweet.id)}"]
    text = tweet.data.get("text")
    if isinstance(text, str):
        lines += [f"  | {line}" for line in screen.marked(text, _stretches(found, text))]
    lines += _why(found, places, screen)
    lines += [f"  note: {note}" for note in _notes(found)]
    return "\n".join(lines)


def verdict_as_json(found: RuleExplanation, tweet: Tweet, places: SourceMap) -> dict[str, Any]:
    """Return the verdict on a tweet as an object; see the reference, "What explain prints as JSON"."""
    explanation = found.explanation
    document: dict[str, Any] = {
        "rule": str(found.rule.id),
        "tweet_id": str(tweet.id),
        "verdict": found.decision,
        "enabled": found.rule.enabled,
        "stage": found.rule.stage,
        "leaves": [leaf_as_json(leaf, places) for leaf in explanation.leaves],
    }
    if isinstance(explanation, WhyNot):
        document["nearest"] = [_change_as_json(change, places) for change in explanation.nearest]
        if explanation.failed:
            document["error"] = explanation.error
    if found.exception is not None and found.exception_proof is not None:
        document["exception"] = {
            "id": found.exception.id,
            "why": found.exception.why,
            **placed(found.exception.span),
            "leaves": [leaf_as_json(leaf, places) for leaf in found.exception_proof.leaves],
        }
    return document


def _change_as_json(change: Change, places: SourceMap) -> dict[str, Any]:
    return {
        "distance": round(change.distance, 3),
        "changes": [
            {
                "needs": missing.need.words,
                "distance": round(missing.need.distance, 3),
                "holds": missing.leaf.truth,
                "nearest": missing.need.nearest,
                **where_as_json(missing.leaf.expr.at, places),
            }
            for missing in change.missing
        ],
    }


def _stretches(found: RuleExplanation, text: str) -> list[tuple[int, int]]:
    """Return where in the tweet's text something was found, by the leaves that are shown."""
    proofs = [found.explanation.leaves, found.exception_proof.leaves if found.exception_proof else ()]
    return [
        (one.start, one.end)
        for leaves in proofs
        for leaf in leaves
        for one in leaf.found
        if one.start is not None and one.end is not None and text[one.start : one.end] == one.text
    ]


def _why(found: RuleExplanation, places: SourceMap, screen: Screen) -> Iterator[str]:
    match found.explanation:
        case Proof(leaves=leaves):
            yield "because" if leaves else "because it is true of every tweet"
            yield from _leaves(leaves, places, screen)
        case WhyNot() as why:
            yield "because this failed" if why.failed else "because" if why.leaves else "because it is true of no tweet"
            yield from _leaves(why.leaves, places, screen) if why.leaves else [f"  {why.error}"] * bool(why.error)
            yield from _nearest(why.nearest, places, screen)
    if found.exception is not None and found.exception_proof is not None:
        place = f"{found.exception.span.file}:{found.exception.span.line}"
        yield f"exception {found.exception.id}: {screen.safe(found.exception.why)}  {screen.faint(place)}"
        yield from _leaves(found.exception_proof.leaves, places, screen)


def _leaves(leaves: Sequence[Leaf], places: SourceMap, screen: Screen) -> Iterator[str]:
    for leaf in leaves:
        yield f"  {screen.safe(leaf.reason)}{_at(leaf, places, screen)}"
        for one in leaf.found:
            if one.start is not None:
                yield screen.faint(f"    {short(one.pattern)} at {one.start}-{one.end}: {screen.safe(short(one.text))}")


def _at(leaf: Leaf, places: SourceMap, screen: Screen) -> str:
    place = where(leaf.at, places)
    return f"  {screen.faint(place)}" if place else ""


def _nearest(changes: Sequence[Change], places: SourceMap, screen: Screen) -> Iterator[str]:
    if not changes:
        yield "nothing about a tweet could make it true"
        return
    yield "what was nearest" if len(changes) > 1 else "what would have made it true"
    for number, change in enumerate(changes, start=1):
        for index, missing in enumerate(change.missing):
            lead = f"  {number}. " if index == 0 else "     and "
            yield f"{lead}{screen.safe(missing.need.words)}{_written(missing, places, screen)}"


def _written(missing: Missing, places: SourceMap, screen: Screen) -> str:
    place = where(missing.leaf.expr.at, places)
    return f"  {screen.faint(place)}" if place else ""


def _notes(found: RuleExplanation) -> Iterator[str]:
    if not found.rule.enabled:
        yield "the rule is disabled: it never fires"
    if found.rule.stage == "shadow":
        yield "the rule is in stage shadow: it sends nothing"
