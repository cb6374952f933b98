"""Tweets put together from what X rules ask for, so that some match and some don't."""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

FILLERS = [
    "and then",
    "the",
    "cats",
    "category",
    "bigdog",
    "dogged",
    "no",
    "!",
    "coca",
    "snow day",
    "😀",
    "速報です",
    "#other",
    "$OTHER",
    "@other",
]
LINKS = ["https://example.com/a", "https://news.google.com/photos?x=1", "http://t.co/abc"]


def fragments(rule: str) -> list[str]:
    """Return the pieces of a rule that a text may hold: words, phrases and tags."""
    quoted = re.findall(r'(?<!:)"([^"]*)"', rule)
    bare = re.findall(r'[#@$]?[^\s()"#@$:]+', re.sub(r'[a-z_]+:("[^"]*"|\S+)|"[^"]*"', " ", rule))
    urls = re.findall(r'url\w*:"?([^\s"()]+)', rule)
    words = [word.lstrip("-") for word in bare if word.lstrip("-") not in {"", "OR"}]
    return [*quoted, *words, *(url if "://" in url else f"https://{url}.com/{url}" for url in urls)]


def tweet_for(rule: str, rng: Random) -> dict[str, Any]:
    """Return the data of a tweet that holds some of what a rule asks for."""
    wanted = fragments(rule)
    accounts = re.findall(r"(?:from|to|retweets_of):@?(\w+)", rule) or ["someone"]
    words = [*rng.sample(wanted, rng.randint(0, len(wanted))), *rng.sample(FILLERS, rng.randint(0, 3))]
    rng.shuffle(words)
    text = _joined(words, rng)
    opening = rng.choice(
        ["", "", "", f"@{rng.choice(accounts)} ", f"@{rng.choice(accounts)}x ", f"RT @{rng.choice(accounts)}: "]
    )
    data: dict[str, Any] = {"id": "1", "text": opening + text, "user": _author(rule, accounts, rng)}
    if rng.random() < 0.3:
        data["text"] += " " + rng.choice(LINKS)
    if rng.random() < 0.8:
        data["lang"] = rng.choice([*re.findall(r"lang:([\w-]+)", rule), "en", "de"])
    if rng.random() < 0.3:
        data["media"] = rng.choice([[], [{"type": "photo"}]])
    if rng.random() < 0.3:
        data["entities"] = {"hashtags": rng.choice([[], ["nowplaying"]]), "urls": rng.choice([[], [LINKS[0]]])}
    return data


def _author(rule: str, accounts: Sequence[str], rng: Random) -> dict[str, Any]:
    name = rng.choice([*accounts, "nobody"])
    numbers = [int(number) for number in re.findall(r"\d+", rule)] or [10]
    author: dict[str, Any] = {"id": name if name.isdigit() else "7", "username": rng.choice([name, name.upper()])}
    author["name"] = rng.choice(["Ada", "Ada PhD", "NASA phd."])
    if rng.random() < 0.8:
        author["followers"] = max(0, rng.choice(numbers) + rng.choice([-1, 0, 1]))
        author["following"] = max(0, rng.choice(numbers) + rng.choice([-1, 0, 1]))
    if rng.random() < 0.7:
        author["verified"] = rng.random() < 0.5
    return author


def _joined(words: Sequence[str], rng: Random) -> str:
    changed = [
        rng.choice([word, word, word.upper(), word.title(), f"{word}.", f"({word})", f"x{word}"]) for word in words
    ]
    return "".join(word + rng.choice([" ", " ", "  ", "\n"]) for word in changed).strip()
