"""How often a term holds of a tweet: a built-in estimate, and one that a sample of the stream corrects.

Only the order matters, and only for speed: whichever term stands for a rule, no match is lost.
"""

# ruff: noqa: RUF001 - letters of other scripts are meant

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Protocol, assert_never

from tocsin.logic.atoms import Term

# Document frequencies in percent, rounded, of folded words in tweets; the order within a line says nothing.
_COMMON: Final[Mapping[float, str]] = MappingProxyType(
    {
        40.0: "https t co",
        25.0: "rt the to a",
        15.0: "i and of in is for you on s de la que e o y no en el",
        8.0: """it that this my me with be are so just at have not but your we was all do if up like out what get can
             u re m d le les et un des una los las por con se para es lo si um com os as da na em eu te mas das dos
             und der die das ich ist den nicht ein il di che non per da je est pas en bir ve bu yang di ini dan و في
             من""",
        4.0: """they he she his her from now new will an or one day love good time how as when go via us our who know
             see today more has about people want don think only need make than there why got am then here been would
             still really never too am au du sur pour qui dans mais mi tu yo pero como muy hoy ya más del al su ao não
             uma mais meu se zu mit auf es für von dem so wie im auch war sind lo la ma mi un come ho sono çok ne için
             gibi ama da untuk aku kamu ada itu و لا على ما إلى هذا и в не на я что с это как а""",
        1.5: """back first last right way year man life live look best great happy news world game work well thanks
             after off even much could should over every any them their him did say said says because into going
             let please help feel never watch team home night week tomorrow free win check follow video twitter x com
             breaking update amazing read love lol omg thank god big real next before being through without""",
    }
)  # fmt: skip
_LANGUAGES: Final[Mapping[str, float]] = MappingProxyType(
    {"en": 0.4, "ja": 0.15, "es": 0.1, "pt": 0.07, "ar": 0.06, "th": 0.05, "ko": 0.05, "fr": 0.04, "tr": 0.04,
     "de": 0.03, "id": 0.03, "hi": 0.02, "und": 0.05}
)  # fmt: skip
_HOSTS: Final[Mapping[str, float]] = MappingProxyType(
    {"t.co": 0.3, "x.com": 0.1, "twitter.com": 0.1, "com": 0.3, "co": 0.3, "youtube.com": 0.01, "youtu.be": 0.01}
)
_SCALES: Final[Mapping[str, int]] = MappingProxyType({"user.followers": 500, "user.following": 500})
"""Where a number's usual values end, roughly; most others are counts that begin at nothing."""


_TRUE: Final[Mapping[str, float]] = MappingProxyType(
    {"user.verified": 0.05, "is_retweet": 0.4, "is_reply": 0.25, "partial": 0.05, "media": 0.2}
)


def _common_words() -> Mapping[str, float]:
    found: dict[str, float] = {}
    for percent, words in _COMMON.items():
        for word in words.split():
            found.setdefault(word, percent / 100)
    return MappingProxyType(found)


class Estimate(Protocol):
    """Says how often a term holds of a tweet, so that the rarest can stand for a rule."""

    def share(self, term: Term) -> float:
        """Return the share of tweets of which a term holds."""
        ...


@dataclass(frozen=True, slots=True)
class Rarity:
    """Estimates of how often terms hold; `words` is the share of tweets that have a folded word in their text.

    `measured` says that the words come from a sample of so many tweets: a word that isn't there is then rarer than one
    in that many.
    """

    words: Mapping[str, float] = field(default_factory=_common_words)
    measured: int = 0

    def share(self, term: Term) -> float:
        """Return the share of tweets of which a term holds, between 0 and 1."""
        value = term.value
        match term.kind:
            case "word" | "run":
                return self._word(str(value))
            case "part" | "raw":
                return self._part(str(value))
            case "#" | "@" | "$":
                return 0.002 * self._guess(str(value))
            case "name":
                return 0.0001
            case "host":
                return _HOSTS.get(str(value), 0.002)
            case "equal":
                return _LANGUAGES.get(str(value), 0.01) if term.field == "lang" else 0.005
            case ">" | ">=":
                return self._above(term.field, float(value) if isinstance(value, str) else value)
            case "<" | "<=":
                return 0.9
            case "set":
                return _TRUE.get(term.field, 0.9)
            case _:
                assert_never(term.kind)

    def _above(self, field: str, bound: float) -> float:
        # Counts are spread by a power law: ten times the likes, about a sixth of the tweets.
        return float((1 + max(0, min(bound, 10**12)) / _SCALES.get(field, 1)) ** -0.75)

    def _word(self, word: str) -> float:
        known = self.words.get(word)
        if known is not None:
            return known
        return min(self._guess(word), 1 / self.measured) if self.measured else self._guess(word)

    def _guess(self, word: str) -> float:
        # A letter more makes a word about half as frequent; scripts with many characters need fewer of them.
        length = len(word) if word.isascii() else len(word.encode("utf-8", "replace"))
        return max(0.02 * 0.6 ** max(length - 1, 0), 1e-5)

    def _part(self, text: str) -> float:
        # A hundred places in a tweet to begin at, and each letter divides what is left by ten or so.
        length = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
        return min(0.9, max(100 * 0.1**length, 2e-5))


BUILT_IN: Final = Rarity()
"""The estimate without a sample."""
