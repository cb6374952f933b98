"""Coverage: clauses that tests have seen both true and false."""

from collections.abc import Callable

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.proving.clauses import Clauses
from tocsin.proving.coverage import Coverage, coverage_of
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule

Read = tuple[Rule, SourceMap]
LoadRule = Callable[[str], Read]
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


def coverage(read: Read) -> Coverage:
    rule, places = read
    return coverage_of(rule, Clauses(rule, WORDS, places))


def never(read: Read) -> dict[str, str]:
    return {unseen.clause.words: unseen.never for unseen in coverage(read).unseen}


def test_clauses_are_what_stands_under_and_or_not_and_if(load_rule: LoadRule) -> None:
    rule, places = load_rule(RULE)
    clauses = Clauses(rule, WORDS, places).all
    assert [(clause.words, clause.span.line, clause.exception) for clause in clauses] == [
        ("the text has the word 'btc'", 4, ""),
        ("metrics.retweets is 5 or more", 4, ""),
        ("is_retweet is true", 7, ""),
        ("the text has the word 'a'", 8, ""),
        ("user.followers is 9 or more", 8, ""),
        ("the text has the word 'giveaway' (except spam)", 9, "spam"),
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
        "metrics.retweets is 5 or more": "false",
        "is_retweet is true": "true",
        "the text has the word 'giveaway' (except spam)": "true",
    }
    assert (coverage(rule).clauses, coverage(rule).seen) == (6, 3)
