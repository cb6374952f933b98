"""The model in half the memory gives the answers of the model as py3langid loads it."""

from array import array
from random import Random
from typing import Any

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from tocsin_langid import compact
from tocsin_langid.compact import Moves, compact_identifier

TEXTS = (
    "",
    "is the payment service down for anyone else?",
    "Der Zug fällt schon wieder aus",
    "今日はとても疲れた",
    "Всем доброе утро",
    "สวัสดีตอนเช้าทุกคน",
    "🔥 \ud800 ok",
    "GROSSBUCHSTABEN İSTANBUL",
)


@pytest.fixture(scope="module")
def plain() -> Any:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def test_the_answers_are_those_of_the_model_as_it_comes(plain: Any) -> None:
    model = compact_identifier()
    assert isinstance(model.tk_nextmove, Moves), "py3langid's model is laid out otherwise: it takes twice the memory"
    for text in TEXTS:
        assert model.rank(text) == plain.rank(text)
    table = plain.tk_nextmove
    for place in Random(1).sample(range(len(table)), 50_000):
        assert model.tk_nextmove[place] == table[place]


def test_every_move_is_found_however_the_table_was_cut() -> None:
    table = array("H", [*range(64), *range(16), *([7] * 48)])
    whole = table.tobytes()
    for size in (32, 64, 256):
        moves = Moves((whole[start : start + size] for start in range(0, len(whole), size)), 2)
        assert [moves[place] for place in range(len(table))] == list(table)


def test_a_model_laid_out_otherwise_is_loaded_as_py3langid_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> Any:
        raise KeyError("nextmove_row")

    monkeypatch.setattr(compact, "_compact", fails)
    assert compact_identifier().classify("is the payment service down for anyone else?")[0] == "en"
