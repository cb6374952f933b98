"""Who tweets: a cast of accounts whose ids never change, whatever the seed."""

# ruff: noqa: RUF001 - letters and marks of other scripts are meant

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `lang` is what it writes in."""

    id: str
    username: str
    name: str
    lang: str = "en"

    def json(self) -> dict[str, Any]:
        """Return it as tweets show it."""
        return {"id": self.id, "username": self.username, "name": self.name}


_FIRST_ID: Final = 10_000_019
_ID_STEP: Final = 7_368_787

_PEOPLE: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "Maya Lindqvist", "Tom Okafor", "Priya Raman", "Jess Whitlock", "Owen Clarke", "Dana Kim", "Sam Adeyemi",
        "Ruth Calloway", "Leo Marsh", "Nora Byrne", "Ben Foster", "Zoe Hart", "Ivy Chen", "Max Doyle", "Ella Stone",
        "Kofi Mensah", "Grace Lund", "Theo Banks", "Amy Voss", "Raj Patel",
    ),
    "ja": ("さくら", "たけし@猫3匹", "ゆい🌸", "けんた", "もち", "はる", "りょう"),
    "es": ("Lucía Ferrer", "Mateo Ríos", "Carmen Vidal", "Diego Sosa", "Inés Prado"),
    "pt": ("Beatriz Lima", "João Serra", "Marina Alves", "Caio Prates"),
    "ar": ("سارة", "محمد العلي", "نورة", "خالد"),
    "th": ("น้องฟ้า", "มายด์ ☁️", "ต้น", "พลอย"),
    "ko": ("민지", "준호", "하늘🌙", "서연"),
    "fr": ("Chloé Martin", "Hugo Lefèvre", "Inès Moreau"),
    "tr": ("Elif Kaya", "Mert Demir", "Zeynep Aydın"),
    "de": ("Jonas Weber", "Lena Vogt", "Kathrin Huber"),
    "id": ("Ayu Lestari", "Bima Pratama"),
    "hi": ("अनन्या शर्मा", "रोहित वर्मा"),
    "it": ("Giulia Conti", "Marco Riva"),
    "ru": ("Аня Соколова", "Игорь Лебедев"),
}  # fmt: skip

_PLAYERS: Final = (
    ("acmecloud", "Acme Cloud"),
    ("acmestatus", "Acme Status"),
    ("acmesecurity", "Acme Security Response"),
    ("acmeair", "Acme Air"),
    ("acmehq", "Acme"),
    ("acmeanalyst", "Acme Analyst"),
    ("acmequakes", "Acme Earthquakes"),
    ("acmex", "AcmeX Exchange"),
)
"""Accounts that speak for somebody; stories name them."""


def _username(name: str, lang: str, place: int) -> str:
    plain = "".join(letter for letter in name.casefold() if letter.isascii() and letter.isalnum())
    return f"{plain}{place % 90 + 10}" if len(plain) > len("abcd") else f"{lang}_user{place}"


def _people() -> tuple[Account, ...]:
    named = [(name, lang) for lang, names in _PEOPLE.items() for name in names]
    return tuple(
        Account(str(_FIRST_ID + place * _ID_STEP), _username(name, lang, place), name, lang)
        for place, (name, lang) in enumerate(named)
    )


PEOPLE: Final = _people()

PLAYERS: Final = {
    username: Account(str(1_000_003 + 104_729 * place), username, name)
    for place, (username, name) in enumerate(_PLAYERS)
}


def people_of(lang: str) -> tuple[Account, ...]:
    """Return who writes in a language; never empty for a language of the vocabulary."""
    return tuple(account for account in PEOPLE if account.lang == lang)
