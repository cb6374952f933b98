"""Law 2: indexed = unindexed. The candidate index never loses a match, whatever the rules and the tweets are."""

# ruff: noqa: RUF001 - letters of other scripts are meant

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tests.property.expressions import expressions
from tests.property.expressions import tweets as odd_tweets
from tests.property.wild import EXPRESSIONS, SCOPE, VOCABULARY
from tocsin.logic.evaluation.compile import compile_condition
from tocsin.logic.evaluation.text import TEXT_OPERATORS, TextForms, find_word, fold, runs_of_words
from tocsin.logic.evaluation.textcompile import text_test
from tocsin.logic.facts import Facts
from tocsin.logic.parse import parse
from tocsin.logic.rarity import Rarity
from tocsin.logic.verdict import Failed, Matched, NotMatched
from tocsin.matching.compiled import CompiledRule
from tocsin.matching.index import CandidateIndex
from tocsin.matching.matcher import Matcher
from tocsin.matching.presearch import MatchAll
from tocsin.model import RuleId
from tocsin.testing import make_rule

A_RULE = make_rule("rule", True)

# What folding, composing and word boundaries trip over, in pieces that texts and patterns are both put together from.
PIECES = st.sampled_from([
    "btc", "BTC", "hack", "hacked", "ha", "the", "to", "moon", "c++", "a.b", "don't", "x_y", "2024", "₿", "½",
    "İ", "I", "ı", "i̇", "ß", "ẞ", "SS", "ﬁ", "fi", "ŉ", "ǰ", "J̌", "e\u0301", "é", "É", "ΑΣ", "ας", "ασ", "Σ",
    "ſ", "K", "K",
    "Ａ", "ｂｔｃ", "한글", "\u1112\u1161\u11ab", "速報", "速", "報です", "ｶﾞ", "ガ", "ไทย", "ข่าว", "ด่วน", "عاجل",
    "عَاجِل", "שלום", "हिन्दी",
    "🔥", "👨‍👩‍👧", "👩", "👍🏽", "👍", "🏽", "\u200d", "\u200c", "\u0345", "ᾳ", "\u00ad",
    "¨", "\ud83d", "\ude00", "\u2028", "\x1c", "\u3000",
    " ", " ", " ", "  ", "\t", "#", "@", "$", "_", ".", ":", "/", "-", "!", "’", "#btc", "@ann", "$TSLA", "＃btc",
    "RT @",
    "https://t.co/x", "http://News.Example.com/a?b", "example.com", "https://ｅxample.com.", "1", "5", "05", "en",
])  # fmt: skip
strings = st.lists(PIECES, max_size=6).map("".join)
patterns = strings.filter(lambda text: bool(text.strip()))
fields = st.sampled_from([
    "text", "text", "text", "lang", "user.username", "id", "is_reply", "entities.hashtags", "user.name",
    "metrics.likes", "metrics.retweets", "hashtags",
    "mentions", "cashtags", "links", "tags", "tags.0", "tags.9", "absent", "is_retweet", "url", "user",
    "deep.down.here",
])  # fmt: skip
numbers = st.one_of(st.integers(-2, 8), st.sampled_from([0.5, 5.0, 2**70, 1e300, 12.5]))
constants = st.one_of(strings, numbers, st.sampled_from([None, True, False, "None", "True", "5.0", "1"]))
variables = st.one_of(
    fields.map(lambda name: {"var": name}),
    st.tuples(fields, constants).map(lambda pair: {"var": list(pair)}),
)
operands = st.one_of(variables, constants)
searches = st.tuples(
    st.sampled_from(["word", *(op for op in TEXT_OPERATORS if op != "matches")]),
    st.one_of(st.none(), variables),
    st.lists(patterns, min_size=1, max_size=3),
).map(lambda parts: {parts[0]: [*([] if parts[1] is None else [parts[1]]), *parts[2]]})
compared = st.tuples(st.sampled_from(["==", "!=", "===", "!==", "<", "<=", ">", ">=", "in"]), operands, operands).map(
    lambda parts: {parts[0]: list(parts[1:])}
)
between = st.tuples(st.sampled_from(["<", "<="]), operands, operands, operands).map(lambda p: {p[0]: list(p[1:])})
listed = st.tuples(variables, st.lists(constants, max_size=3)).map(lambda pair: {"in": list(pair)})
plugins = st.one_of(
    st.tuples(strings, st.just({"var": "text"})).map(lambda p: {"shouted": list(p)}),
    st.tuples(strings, strings, st.just({"var": "text"})).map(lambda p: {"either": list(p)}),
)
named = st.one_of(
    st.sampled_from(["organic", "coins", "loud"]).map(lambda name: {"macro": name}),
    st.tuples(st.sampled_from(["word", "contains", "hashtag", "from"]), variables, patterns).map(
        lambda p: {p[0]: [p[1], p[2], {"list": "coins"}, {"list": "names"}]}
    ),
)
matching = st.tuples(variables, st.sampled_from(EXPRESSIONS)).map(lambda p: {"matches": list(p)})
summed = st.tuples(st.sampled_from(["<", "<=", ">", ">="]), st.lists(operands, min_size=1, max_size=3), numbers).map(
    lambda p: {p[0]: [{"+": p[1]}, p[2]]}
)
elements = st.tuples(st.sampled_from(["some", "all", "none", "filter", "map"]), variables, compared).map(
    lambda p: {p[0]: list(p[1:])}
)
sugar = st.one_of(
    st.tuples(st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"]), operands, operands).map(
        lambda p: {p[0]: list(p[1:])}
    ),
    st.tuples(operands, operands, operands).map(lambda p: {"between": list(p)}),
    st.lists(fields, max_size=3).map(lambda names: {"missing": names}),
)
terms = st.one_of(
    searches, searches, compared, between, listed, plugins, named, matching, summed, elements, sugar, expressions,
    constants,
)  # fmt: skip
conditions = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=3)).map(lambda p: {p[0]: p[1]}),
        inner.map(lambda term: {"!": [term]}),
        inner.map(lambda term: {"!!": [term]}),
        inner.map(lambda term: {"not": [term]}),
        st.tuples(inner, inner, inner).map(lambda parts: {"?:": list(parts)}),
        st.lists(inner, min_size=1, max_size=5).map(lambda parts: {"if": parts}),
    ),
    max_leaves=8,
)
values = st.one_of(strings, numbers, st.none(), st.booleans(), st.lists(st.one_of(strings, numbers), max_size=3))
tweets = st.one_of(
    odd_tweets,
    st.fixed_dictionaries(
        {"text": st.one_of(strings, strings, strings, values)},
        optional={
            "lang": values,
            "user": st.one_of(values, st.fixed_dictionaries({}, optional={"username": values, "name": values})),
            "metrics": st.fixed_dictionaries({}, optional={"likes": values, "retweets": values}),
            "entities": st.fixed_dictionaries(
                {}, optional={name: st.lists(strings, max_size=2) for name in ("hashtags", "mentions", "urls")}
            ),
            "tags": values,
            "deep": st.one_of(values, st.fixed_dictionaries({"down": st.fixed_dictionaries({"here": values})})),
        },
    ),
)
rarities = st.sampled_from(
    [Rarity(), Rarity({}, 10), Rarity({"btc": 0.5, "the": 0.0001, "hack": 0.2, "moon": 0.3}, 1000)]
)


def compiled_rules(written: list[Any]) -> list[CompiledRule]:
    found = []
    for number, when in enumerate(written):
        expr = parse(when, SCOPE).expr
        assert expr is not None
        rule = replace(A_RULE, id=RuleId(f"rule-{number}"), condition=expr)
        found.append(CompiledRule(rule, compile_condition(expr, VOCABULARY)))
    return found


@settings(max_examples=examples(500), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(conditions, min_size=1, max_size=6), st.lists(tweets, min_size=1, max_size=4), rarities)
@example([{"word": "速報"}], [{"text": "btc速報です"}], Rarity())
@example([{"in": ["J", {"var": "text"}]}], [{"text": "J̌"}], Rarity())
@example([{"==": [{"var": "lang"}, "None"]}], [{}], Rarity())
@example([{"==": [{"var": "metrics.likes"}, 1]}], [{"text": "", "metrics": {"likes": True}}], Rarity())
@example(
    [{">=": [{"+": [{"var": "metrics.likes"}, 999999999999999.875]}, 1e15]}], [{"metrics": {"likes": 0.07}}], Rarity()
)
@example(
    [{"and": [{"word": "btc"}, {"==": [{"var": "lang"}, one]}]} for one in (1, True)],
    [{"text": "btc", "lang": 5}, {"text": "btc", "lang": "1"}],
    Rarity(),
)
def test_the_index_finds_what_looking_at_every_rule_finds(
    written: list[Any], data: list[dict[str, Any]], rarity: Rarity
) -> None:
    rules = compiled_rules(written)
    indexed, every = CandidateIndex(rules, VOCABULARY, rarity), Matcher(MatchAll(tuple(rules)))
    for tweet in data:
        matched = [compiled for compiled, verdict in every.decided(Facts(tweet)) if isinstance(verdict, Matched)]
        found = Matcher(indexed).decided(Facts(tweet))
        assert [compiled for compiled, verdict in found if isinstance(verdict, Matched)] == matched


@settings(max_examples=examples(500), deadline=None, suppress_health_check=list(HealthCheck))
@given(patterns, st.sampled_from(["word", "all_words", "contains", "starts_with", "ends_with", "link", "hashtag"]),
       strings, strings)  # fmt: skip
def test_a_text_made_of_the_pattern_is_never_lost(pattern: str, op: str, before: str, after: str) -> None:
    rules = compiled_rules([{op: [{"var": "text"}, pattern]}, {"in": [pattern, {"var": "text"}]}])
    index = CandidateIndex(rules, VOCABULARY)
    for text in (f"{before}{pattern}{after}", f"{before} {pattern.upper()} {after}", f"https://{pattern}/{after}"):
        facts = Facts({"text": text})
        missed = [rule for rule in rules if rule not in index.candidates(facts)]
        assert not any(isinstance(rule.condition.evaluate(facts), Matched) for rule in missed)


@settings(max_examples=examples(500), deadline=None, suppress_health_check=list(HealthCheck))
@given(patterns, strings, strings)
def test_a_word_is_found_only_where_all_its_runs_are_words_of_the_text(pattern: str, before: str, after: str) -> None:
    wanted = " ".join(fold(pattern).split())
    for text in (f"{before}{pattern}{after}", f"{before} {pattern.upper()} {after}"):
        forms = TextForms(text)
        found = find_word(wanted, forms.spaced)
        assert text_test("word", [pattern])(forms) == text_test("all_words", [pattern])(forms) == found
        assert not found or forms.words.issuperset(runs_of_words(wanted))


def test_what_a_candidate_fails_on_is_told() -> None:
    rules = compiled_rules([{"and": [{"word": "btc"}, {">": [{"var": "lang"}, 3]}]}])
    decided = list(Matcher(CandidateIndex(rules, VOCABULARY)).decided(Facts({"text": "btc", "lang": "en"})))
    assert [type(verdict) for _, verdict in decided] == [Failed]


def test_a_field_of_an_unusual_kind_makes_its_rules_candidates() -> None:
    rules = compiled_rules([{"word": "btc"}, {">": [{"var": "metrics.likes"}, 3]}, {"==": [{"var": "lang"}, "en"]}])
    odd = Facts({"text": 5, "metrics": {"likes": "4"}, "lang": ["en"]})
    assert len(CandidateIndex(rules, VOCABULARY).candidates(odd)) == len(rules)


def test_most_rules_are_not_looked_at() -> None:
    rules = compiled_rules([{"word": f"word{number}"} for number in range(50)])
    facts = Facts({"text": "word7 and Word9"})
    candidates = CandidateIndex(rules, VOCABULARY).candidates(facts)
    assert [compiled.rule.id for compiled in candidates] == ["rule-7", "rule-9"]
    assert not any(isinstance(rule.condition.evaluate(facts), NotMatched) for rule in candidates)
