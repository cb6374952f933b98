"""What to ask the stream for: never less than the rules need.

Rules and server may read a filter differently, and a tweet that the server holds back is an alert missed. Hence one
subscription only (whether a second one adds or replaces is not specified), and in it only what every rule's `match:`
block asks for in a form that the strictest and the loosest server agree on:

- a keyword of ASCII letters and digits, with its hashtag, mention and cashtag beside it, `#tag` or `@name`. For
  phrases, other scripts and anything with punctuation, servers differ in what a word is. What remains is a word that
  runs into a script without spaces, as in `BTC速報`: a server that takes this for one token holds it back. Who must not
  miss it writes `source.subscribe`;
- `users` by name, and `min_retweets`, whose number is the server's own;
- never `language`: the specification's tweets carry none, and a transform may fill it in where the server has it not.

Source: the specification's subscription request, and the open points that it leaves.
"""

import re

from tocsin.config.settings import Settings, Subscription
from tocsin.errors import ConfigError
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.ruleset import MatchBlock, Rule, RuleSet

EVERYTHING = Subscription()
"""A subscription without filters."""

_PLAIN_WORD = re.compile(r"[A-Za-z0-9]+|[#@][A-Za-z0-9_]+")
_PLAIN_USER = re.compile(r"@?[A-Za-z0-9_]+")


def derive_subscription(settings: Settings, ruleset: RuleSet) -> tuple[Subscription, ...]:
    """Return what to subscribe to: `source.subscribe` if it is there, else what the rules' `match:` blocks need.

    What is derived is a single subscription.

    Raises:
        ConfigError: there is no `source.subscribe`, and a rule has no `match:` or no rule is enabled.
    """
    problem = subscription_problem(settings, ruleset)
    if problem is not None:
        raise ConfigError(f"{problem.span.file}:{problem.span.line}: {problem.message}; {problem.hint}")
    if settings.source.subscribe is not None:
        return settings.source.subscribe
    return (covering([rule.match for rule in ruleset.enabled if rule.match is not None]),)


def subscription_problem(settings: Settings, ruleset: RuleSet) -> Diagnostic | None:
    """Return why no subscription can be derived, at the first rule that prevents it; None if one can."""
    if settings.source.type != "scrapest" or settings.source.subscribe is not None:
        return None
    without = next((rule for rule in ruleset.enabled if rule.match is None), None)
    if without is not None:
        return _no_subscription(without, f"rule {without.id!r} has no `match:`, so what to subscribe to is not known")
    if not ruleset.enabled and ruleset.rules:
        return _no_subscription(next(iter(ruleset.rules.values())), "no rule is enabled, so nothing is subscribed to")
    return None


def covering(blocks: list[MatchBlock]) -> Subscription:
    """Return the narrowest subscription that surely holds back no tweet which any of the blocks matches."""
    keywords = _union([_as_tags_too(_safe(block.keywords, _PLAIN_WORD)) for block in blocks])
    users = _union([_safe(block.users, _PLAIN_USER) for block in blocks])
    return Subscription(
        keywords=keywords,
        users=tuple(dict.fromkeys(user.removeprefix("@") for user in users)),
        min_retweets=min((block.min_retweets for block in blocks), default=0) or None,
    )


def _safe(values: tuple[str, ...], form: re.Pattern[str]) -> tuple[str, ...]:
    """Return the values if each has the form; else none, which filters nothing."""
    return values if all(form.fullmatch(value) for value in values) else ()


def _as_tags_too(keywords: tuple[str, ...]) -> tuple[str, ...]:
    """Return each plain word also as a tag of each kind: a rule's `btc` is true of `#BTC`, a server's may not be."""
    return tuple(
        form
        for keyword in keywords
        for form in ((keyword, f"#{keyword}", f"@{keyword}", f"${keyword}") if keyword[0].isalnum() else (keyword,))
    )


def _union(filters: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return all values in order, or none if any of the filters is open: then the union is everything."""
    if not all(filters):
        return ()
    return tuple(dict.fromkeys(value for values in filters for value in values))


def _no_subscription(rule: Rule, message: str) -> Diagnostic:
    hint = "say what to subscribe to with `source: {subscribe: {keywords: […]}}`, or `subscribe: {}` for everything"
    return Diagnostic(span=rule.span, severity="error", code="no-subscription", message=message, hint=hint)
