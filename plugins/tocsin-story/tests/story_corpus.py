"""Tweets with known truth: stories, copies of each as people make them, and hard cases that are no copies."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

NAMES = [
    "Binance",
    "Kraken",
    "Coinbase",
    "Revolut",
    "Vodafone",
    "Telekom",
    "Lufthansa",
    "Ryanair",
    "Ubisoft",
    "Spotify",
    "Netflix",
    "PayPal",
    "Stripe",
    "Monzo",
    "Boeing",
    "Airbus",
    "Nokia",
    "Siemens",
    "Renault",
    "Tesla",
    "Ferrari",
    "Bayer",
    "Nestle",
    "Heathrow",
    "Gatwick",
    "Orange",
    "Telefonica",
    "Verizon",
    "Comcast",
    "Zoom",
]
CITIES = [
    "Berlin",
    "Paris",
    "Madrid",
    "Lisbon",
    "Vienna",
    "Prague",
    "Warsaw",
    "Oslo",
    "Dublin",
    "Rome",
    "Athens",
    "Cairo",
    "Lagos",
    "Nairobi",
    "Mumbai",
    "Delhi",
    "Tokyo",
    "Osaka",
    "Seoul",
    "Jakarta",
    "Manila",
    "Sydney",
    "Toronto",
    "Chicago",
    "Boston",
    "Denver",
    "Lima",
    "Bogota",
    "Santiago",
    "Houston",
]
SENTENCES = (
    "{name} confirms that withdrawals are paused after attackers drained {n} million from its hot wallet",
    "Customers in {city} say they can not log in to {name} since early this morning, nobody answers the phone",
    "A fire broke out at the {name} warehouse outside {city}; {n} people were brought to hospital",
    "{name} to cut {n} jobs in {city} as orders from Asia collapse, union calls for strike",
    "The mayor of {city} announces free public transport from next year, paid for by a tax on parking",
    "Scientists near {city} find bones of an unknown dinosaur that lived {n} million years ago",
    "{name} shares fall {n} percent after the regulator opens an investigation into its accounts",
    "Heavy rain floods the metro in {city}, trains stop on {n} lines and schools stay closed",
    "Leaked memo: {name} planned to sell user data to advertisers, former engineer tells newspaper in {city}",
    "{city} wins the bid to host the games, beating {n} other cities in the final vote",
    "Police in {city} arrest {n} suspects over fake {name} support calls that emptied savings accounts",
    "New study from {city} university links late screens to poor sleep in {n} of a hundred teenagers",
    "{name} recalls {n} thousand cars because the brakes may fail in cold weather, says the ministry",
    "Power cut in {city}: half of the old town dark, {name} blames a damaged cable near the river",
    "Court in {city} orders {name} to pay {n} million to passengers stranded over the holidays",
    "{name} engineer explains how one bad certificate took down payments across Europe for {n} hours",
)
CHATTER = (
    "good morning {city}, coffee first and then the rest of this long week, how are you all doing today",
    "can anybody recommend a quiet place to work in {city} with decent wifi and not too much music please",
    "watching the match in {city} with friends tonight, {n} of us on a sofa for three, send help",
    "my cat has just knocked {n} glasses off the table and looked at me as if it were my fault",
    "finally booked the flight to {city}, after {n} years of talking about it we are really going",
    "unpopular opinion: the trains to {city} are fine and you all just like to complain about {name}",
)
EXTRA = ("🔥", "🚨🚨", "😱", "!!!", "#breaking", "#news #now", "https://t.co/Ab3dE{n}", "wow", "👀 https://bit.ly/{n}")
HEADS = ("BREAKING: ", "JUST IN: ", "🚨 ", "Unbelievable. ", "so ", "")


VOCABULARY: Final = 6_000


@dataclass(frozen=True)
class Labelled:
    """A tweet's text and the story that it tells in truth."""

    text: str
    truth: int


TEMPLATED: Final = 0.15
"""The share of stories that are one sentence with another name, place and number: unlike in these alone."""


def corpus(rng: Random, stories: int) -> list[Labelled]:
    """Return stories with none to fifteen copies each, and as many single tweets, in random order."""
    words = [_word(rng) for _ in range(VOCABULARY)]
    weights = [1 / (rank + 5) for rank in range(VOCABULARY)]
    labelled: list[Labelled] = []
    said: set[str] = set()
    while len(said) < 2 * stories:
        if rng.random() < TEMPLATED:
            text = _sentence(rng, SENTENCES if len(said) < stories else CHATTER)
        else:
            text = " ".join(rng.choices(words, weights, k=rng.randint(7, 24)))
        if text not in said:
            copies = rng.choice((0, 1, 2, 4, 8, 15)) if len(said) < stories else 0
            texts = [text, *(copied(text, rng) for _ in range(copies))]
            labelled += [Labelled(each, len(said)) for each in texts]
            said.add(text)
    rng.shuffle(labelled)
    return labelled


def _word(rng: Random) -> str:
    return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(rng.choice((1, 2, 2, 3, 4))))


def _sentence(rng: Random, sentences: tuple[str, ...]) -> str:
    return rng.choice(sentences).format(name=rng.choice(NAMES), city=rng.choice(CITIES), n=rng.randint(3, 900))


def copied(text: str, rng: Random) -> str:
    """Return a text as somebody copies it: one to three changes, one after the other."""
    for change in rng.sample(CHANGES, k=rng.choice((1, 1, 2, 3))):
        text = change(text, rng)
    return text


def _retweeted(text: str, rng: Random) -> str:
    return f"RT @user{rng.randint(1, 999)}: {text}"


def _cut(text: str, rng: Random) -> str:
    return text if len(text) < 80 else text[: rng.randint(60, len(text) - 8)] + "…"


def _decorated(text: str, rng: Random) -> str:
    return f"{text} {rng.choice(EXTRA).format(n=rng.randint(10, 99))}"


def _headed(text: str, rng: Random) -> str:
    return rng.choice(HEADS) + text


def _shouted(text: str, rng: Random) -> str:
    return text.upper() if rng.random() < 0.5 else text.lower()


def _reworded(text: str, rng: Random) -> str:
    words = text.split()
    words[rng.randrange(len(words))] = rng.choice(("really", "the", "big", "reportedly"))
    return " ".join(words)


def _credited(text: str, rng: Random) -> str:
    return f"{text} via @desk{rng.randint(1, 99)}"


CHANGES: tuple[Callable[[str, Random], str], ...] = (
    _retweeted, _cut, _decorated, _headed, _shouted, _reworded, _credited,
)  # fmt: skip
