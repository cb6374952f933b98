"""`sign:` of a destination: the secrets that its webhooks are signed with."""

from base64 import b64decode
from binascii import Error
from collections.abc import Sequence

from tocsin.config.secret import Secret
from tocsin.logic.ast import Path
from tocsin.logic.problems import Problem
from tocsin.model import Json
from tocsin.rules.reading.words import words

PREFIX = "whsec_"
"""What a secret begins with that is written as Standard Webhooks write them: base64 of the key follows."""

_SIGNED = ("json://", "jsons://")


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for: behind `whsec_` it is base64, else the text itself is the key.

    Raises:
        ValueError: it is empty, or no base64 behind `whsec_`; the message doesn't show it.
    """
    secret = secret.strip()
    if not secret.startswith(PREFIX):
        key = secret.encode()
    else:
        try:
            key = b64decode(secret.removeprefix(PREFIX), validate=True)
        except Error:
            raise ValueError("what follows `whsec_` is not base64") from None
    if not key:
        raise ValueError("an empty secret signs nothing")
    return key


def signing_secrets(value: Json, urls: Sequence[str], at: Path) -> tuple[tuple[Secret, ...], list[Problem]]:
    """Return the secrets of `sign:`, and what is wrong with them."""
    found, problems = words(value, at)
    for index, secret in enumerate(value if isinstance(value, list) else [value]):
        if not isinstance(secret, str) or not secret.strip():
            continue
        try:
            key_of(secret)
        except ValueError as error:
            place = (*at, index) if isinstance(value, list) else at
            hint = 'write "${WEBHOOK_SECRET}", with a secret such as `openssl rand -base64 32` gives behind `whsec_`'
            problems.append(Problem(code="bad-secret", message=str(error), at=place, hint=hint))
    if urls and not any(url.lower().startswith(_SIGNED) for url in urls):
        hint = "leave `sign` out, or give a URL that begins with json:// or jsons://"
        problems.append(Problem(code="bad-secret", message="only webhooks are signed", at=at, hint=hint, on_key=True))
    return tuple(Secret(secret) for secret in found), problems
