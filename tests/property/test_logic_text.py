"""What holds of the text operators for any text in any script."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.counts import examples
from tocsin.logic.evaluation.text import TextForms, find_word, fold
from tocsin.logic.evaluation.textcompile import text_test

scripts = st.sampled_from("aZ9_ßİıﬁΣςéе\u0301हिन्दीไทย速報がアعרب\u200c\u200d\ufe0f#@$.,:/ \u3000\n👩💻🏽\u0345\u1e9e")
texts = st.one_of(st.text(scripts, max_size=40), st.text(max_size=40))


@settings(max_examples=examples(500), deadline=None)
@given(texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=examples(500), deadline=None)
@given(texts)
def test_what_stands_between_spaces_is_found_as_a_word(text: str) -> None:
    forms = TextForms(text)
    for word in forms.spaced.split(" "):
        assert find_word(word, forms.spaced) or not word


@settings(max_examples=examples(500), deadline=None)
@given(texts, st.booleans())
def test_white_space_is_one_space_for_a_phrase_whatever_was_made_of_the_text_before(text: str, cut: bool) -> None:
    forms = TextForms(text)
    assert forms.spaced == " ".join(fold(text).split())
    if cut:
        assert forms.runs or not forms.mixed
    words = forms.spaced.split(" ")
    for phrase in [*words, *map(" ".join, pairwise(words))]:
        assert forms.has_word(phrase) == find_word(phrase, forms.spaced)


@settings(max_examples=examples(500), deadline=None)
@given(texts, st.text(scripts, min_size=1, max_size=4).filter(str.strip))
def test_a_word_that_is_found_is_contained(text: str, pattern: str) -> None:
    spaced = TextForms(" ".join(text.split()))
    if text_test("word", [pattern])(spaced):
        assert text_test("contains", [" ".join(pattern.split())])(TextForms(spaced.spaced))


@settings(max_examples=examples(300), deadline=None)
@given(texts)
def test_every_tag_of_a_text_is_found_by_its_name_and_as_a_word(text: str) -> None:
    forms = TextForms(text)
    for tag in forms.tokens:
        operator = {"#": "hashtag", "@": "mention", "$": "cashtag"}[tag[0]]
        assert text_test(operator, [tag])(forms)
        assert text_test(operator, [tag[1:]])(forms)
        assert text_test("word", [tag])(forms)


@settings(max_examples=examples(300), deadline=None)
@given(texts)
def test_no_text_makes_an_operator_raise(text: str) -> None:
    for operator in ("word", "all_words", "contains", "starts_with", "ends_with", "matches", "from", "hashtag", "link"):
        text_test(operator, ["a", "example.com/x"])(TextForms("https://" + text))
