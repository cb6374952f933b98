"""Mutants: how they are called, which of them tests notice, and what is said of those that they don't."""

from collections.abc import Callable

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.proving.mutants import mutants
from tocsin.proving.mutation import Mutation, mutate
from tocsin.proving.session import mutate_all, prove
from tocsin.proving.suggestions import Suggestion, suggestions
from tocsin.rules.places import SourceMap
from tocsin.rules.ruleset import Rule

LoadRule = Callable[[str], tuple[Rule, SourceMap]]
WORDS = standard_vocabulary()

RULE = """tocsin: 1
macros: {organic: {not: .is_retweet}}
rules:
  one:
    match: {keywords: [btc, eth], min_retweets: 5}
    when: {and: [{macro: organic}, {contains: [hack, drain]}]}
    except: [{id: spam, why: it is, when: {or: [{word: giveaway}, {macro: organic}]}}]
"""

OUTAGE = """tocsin: 1
lists: {trouble: [down, offline, unreachable]}
rules:
  outage:
    when: {and: [{word: {list: trouble}}, {gte: [.metrics.retweets, 50]}, {not: .is_retweet}]}
    tests:
"""
BOTH = [
    '{tweet: {text: "it is down", metrics.retweets: 60}, expect: match}',
    "{tweet: {text: fine}, expect: no_match}",
]
REST = [
    '{each: {list: trouble}, tweet: {text: "{word}", metrics.retweets: 50}, expect: match}',
    "{tweet: {text: down, metrics.retweets: 49}, expect: no_match}",
    "{tweet: {text: fine, metrics.retweets: 50}, expect: no_match}",
    '{tweet: {text: "RT @a: down", metrics.retweets: 50}, expect: no_match}',
]


def mutation_of(read: tuple[Rule, SourceMap]) -> Mutation:
    rule, places = read
    return mutate(rule, WORDS, places)


def suggested(read: tuple[Rule, SourceMap]) -> list[Suggestion]:
    rule, places = read
    return suggestions(rule, mutate(rule, WORDS, places).survivors, WORDS, places)


def outage(*tests: str) -> str:
    return OUTAGE + "".join(f"      - {test}\n" for test in tests)


def test_a_mutant_is_called_by_where_it_is_and_what_it_is(load_rule: LoadRule) -> None:
    assert [mutant.id for mutant in mutants(*load_rule(RULE))] == [
        "rule or for and",
        "match dropped",
        "when dropped",
        "match or for and",
        "match.keywords dropped",
        "match.min_retweets dropped",
        "match.keywords without 'btc'",
        "match.keywords without 'eth'",
        "match.min_retweets < for >=",
        "match.min_retweets > for >=",
        "match.min_retweets 6 for 5",
        "match.min_retweets 4 for 5",
        "when.and or for and",
        "when.and.0 dropped",
        "when.and.1 dropped",
        "macros.organic.not without not",
        "when.and.1.contains without 'hack'",
        "when.and.1.contains without 'drain'",
        "except.spam dropped",
        "except.spam.when.or and for or",
        "except.spam.when.or.0 dropped",
        "except.spam.when.or.1 dropped",
    ]


def test_a_macro_is_changed_wherever_the_rule_uses_it(load_rule: LoadRule) -> None:
    (mutant,) = [one for one in mutants(*load_rule(RULE)) if one.id == "macros.organic.not without not"]
    assert not mutant.in_condition
    assert "'!'" not in repr(mutant.rule.condition)
    assert "'!'" not in repr(mutant.rule.exceptions)
    assert (mutant.span.file, mutant.span.line) == ("rules.yaml", 2)


def test_tests_at_every_border_kill_every_mutant(load_rule: LoadRule) -> None:
    mutation = mutation_of(load_rule(outage(*BOTH, *REST)))
    assert mutation.survivors == ()
    assert mutation.killed == mutation.count == 12


@pytest.mark.parametrize(
    ("left_out", "survivors"),
    [
        (0, {"when.and.1.gte > for >=", "when.and.1.gte 51 for 50", "when.and.0.word without 'offline'",
             "when.and.0.word without 'unreachable'"}),
        (1, {"when.and.1.gte 49 for 50", "when.and.1 dropped"}),
        (2, {"when.and.0 dropped"}),
        (3, {"when.and.2 dropped"}),
    ],
)  # fmt: skip
def test_without_one_test_its_mutants_survive(left_out: int, survivors: set[str], load_rule: LoadRule) -> None:
    tests = [test for index, test in enumerate(REST) if index != left_out]
    mutation = mutation_of(load_rule(outage(*BOTH, *tests)))
    assert {mutant.id for mutant in mutation.survivors} == survivors


def test_what_is_suggested_kills_what_it_names(load_rule: LoadRule) -> None:
    """The law of suggestions: added to the tests, they leave no survivor."""
    wanted = suggested(load_rule(outage(*BOTH)))
    assert all(suggestion.line for suggestion in wanted)
    added = load_rule(outage(*BOTH, *(suggestion.line.removeprefix("- ") for suggestion in wanted)))
    assert all(one.passed for one in prove([added[0]], WORDS, added[1]))
    assert mutation_of(added).survivors == ()


def test_words_of_one_list_are_suggested_as_one_test(load_rule: LoadRule) -> None:
    wanted = suggested(load_rule(outage(*BOTH, *REST[1:])))
    assert [suggestion.line for suggestion in wanted] == [
        '- {each: {list: trouble}, tweet: {text: "it is {word}", metrics.retweets: 60}, expect: match}',
        "- {tweet: {text: it is down, metrics.retweets: 50}, expect: match}",
    ]
    assert [mutant.id for mutant in wanted[1].mutants] == ["when.and.1.gte > for >=", "when.and.1.gte 51 for 50"]


def test_where_no_tweet_is_found_the_words_say_what_it_must_be_like(load_rule: LoadRule) -> None:
    rule = load_rule(
        "tocsin: 1\nrules: {r: {when: {matches: [aaa, 'b{9}c']}, tests: [{tweet: {text: aaa}, expect: match}, "
        "{tweet: {text: x}, expect: no_match}]}}\n"
    )
    (survivor,) = mutation_of(rule).survivors
    assert suggested(rule) == [Suggestion((survivor,), "the text has 'b{9}c' and not 'aaa'", True, "")]


def test_a_mark_keeps_its_mutant_from_being_missed(load_rule: LoadRule) -> None:
    rule = load_rule(outage(*BOTH, *REST[:3], '{equivalent: "when.and.2 dropped", why: the stream holds them back}'))
    mutation = mutation_of(rule)
    assert [mutant.id for mutant in mutation.marked] == ["when.and.2 dropped"]
    assert (mutation.survivors, mutation.idle) == ((), ())


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        ("when.and.1 dropped", "a test tells it from the rule"),
        ("when.and.9 dropped", "did you mean 'when.and.2 dropped'?"),
        ("something else", "there is no such mutant"),
    ],
)
def test_a_mark_without_effect_is_told_with_the_reason(mark: str, reason: str, load_rule: LoadRule) -> None:
    rule = load_rule(outage(*BOTH, *REST, f'{{equivalent: "{mark}", why: x}}'))
    assert [idle.reason for idle in mutation_of(rule).idle] == [reason]


def test_a_rule_whose_tests_fail_is_not_mutated(load_rule: LoadRule) -> None:
    rule, places = load_rule(outage("{tweet: {text: fine}, expect: match}"))
    (mutated,) = mutate_all(prove([rule], WORDS, places), WORDS, places)
    assert (mutated.mutation, mutated.passed) == (None, False)


def test_reasons_are_compared_although_the_verdict_is_the_same(load_rule: LoadRule) -> None:
    test = "{tweet: {text: down offline}, expect: {because: offline}}"
    rule = load_rule(
        f"tocsin: 1\nrules: {{r: {{when: {{word: [down, offline]}}, tests: [{test}, "
        "{tweet: {text: x}, expect: no_match}]}}\n"
    )
    assert [mutant.id for mutant in mutation_of(rule).survivors] == ["when.word without 'down'"]


def test_once_per_is_a_clause_too(load_rule: LoadRule) -> None:
    text = """tocsin: 1
rules:
  r:
    when: {word: btc}
    once_per: .user.id
    tests:
      - {tweet: {text: btc}, expect: match}
      - {tweet: {text: fine}, expect: no_match}
"""
    (survivor,) = mutation_of(load_rule(text)).survivors
    assert (survivor.id, survivor.span.line) == ("once_per dropped", 5)
    added = text + "      - {given: [{repeat: 2, tweet: {text: btc}}], expect: {alerts: 1}}\n"
    assert mutation_of(load_rule(added)).survivors == ()


def test_exceptions_have_mutants_of_their_own(load_rule: LoadRule) -> None:
    text = """tocsin: 1
rules:
  r:
    when: {word: btc}
    except: [{id: spam, why: it is, when: {word: [giveaway, airdrop]}}]
    tests:
      - {tweet: {text: btc}, expect: match}
      - {tweet: {text: fine}, expect: no_match}
"""
    mutation = mutation_of(load_rule(text))
    assert [mutant.id for mutant in mutation.survivors] == [
        "except.spam dropped",
        "except.spam.when.word never true",
        "except.spam.when.word without 'giveaway'",
        "except.spam.when.word without 'airdrop'",
    ]
    added = text + '      - {each: [giveaway, airdrop], tweet: {text: "btc {word}"}, expect: no_match}\n'
    assert mutation_of(load_rule(added)).survivors == ()


def test_words_looked_for_in_the_elements_of_a_list_are_told_apart_too(load_rule: LoadRule) -> None:
    text = """tocsin: 1
rules:
  r:
    when: {some: [.media, {word: [{var: text}, cat, dog]}]}
    tests:
      - {each: [cat, dog], tweet: {text: fine, media: [{text: "a {word}"}]}, expect: match}
      - {tweet: {text: a cat, media: [{text: fine}, {text: fine}]}, expect: no_match}
      - {tweet: {media: [{text: cat}, {text: fine}]}, expect: match}
"""
    assert mutation_of(load_rule(text)).survivors == ()


def test_of_a_long_list_some_words_are_looked_at_and_each_meets_them(load_rule: LoadRule) -> None:
    words = ", ".join(f"w{number}x" for number in range(400))
    text = f"""tocsin: 1
lists: {{long: [{words}]}}
rules:
  r:
    when: {{word: [more, {{list: long}}]}}
    tests:
      - {{tweet: {{text: fine}}, expect: no_match}}
      - {{each: {{list: long}}, tweet: {{text: "{{word}}"}}, expect: match}}
      - {{tweet: {{text: more}}, expect: match}}
"""
    mutation = mutation_of(load_rule(text))
    assert (mutation.count, mutation.survivors) == (202, ())
