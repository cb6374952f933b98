"""Coverage: clauses that tests have seen both true and false."""

from collections.abc import Callable

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.proving.clauses import Clauses
from tocsin.proving.coverage import Coverage, coverage_of
from tocsin.rules.ruleset import Rule

LoadRule = Callable[[str], Rule]
WORDS = standard_vocabulary()

RULE = """tocsin: 1
rules:
  one:
    match: {keywords: btc, min_retweets: 5}
    when:
      or:
        - not: .is_retweet
        - {if: [{word: a}, true, {gte: [.user.followers, 9]}]}
    except: [{id: spam, why: it is, when: {word: giveaway}}]
"""


def coverage(rule: Rule) -> Coverage:
    return coverage_of(rule, Clauses(rule, WORDS))


def never(rule: Rule) -> dict[str, str]:
    return {unseen.clause.words: unseen.never for unseen in coverage(rule).unseen}


def test_clauses_are_what_stands_under_and_or_not_and_if(load_rule: LoadRule) -> None:
    clauses = Clauses(load_rule(RULE), WORDS).all
    assert [(clause.words, clause.span.line, clause.exception) for clause in clauses] == [
        ("word 'btc' in text", 4, ""),
        ("metrics.retweets >= 5", 4, ""),
        ("is_retweet", 7, ""),
        ("word 'a' in text", 8, ""),
        ("user.followers >= 9", 8, ""),
        ("word 'giveaway' in text (except spam)", 9, "spam"),
    ]


def test_without_tests_nothing_is_seen(load_rule: LoadRule) -> None:
    assert coverage(load_rule(RULE)).seen == 0


def test_a_clause_is_told_by_what_it_has_never_been(load_rule: LoadRule) -> None:
    rule = load_rule(
        RULE
        + """    tests:
      - {tweet: {text: btc a, metrics.retweets: 5}, expect: match}
      - {tweet: {text: x, user.followers: 9, metrics.retweets: 6}, expect: no_match}
"""
    )
    assert never(rule) == {
        "metrics.retweets >= 5": "false",
        "is_retweet": "true",
        "word 'giveaway' in text (except spam)": "true",
    }
    assert (coverage(rule).clauses, coverage(rule).seen) == (6, 3)
