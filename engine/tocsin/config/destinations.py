"""`destinations:` of tocsin.yaml: where alerts go, how many, when, and where else if that fails."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Literal, TypeAlias, get_args

from tocsin.alerting.holding import Digest
from tocsin.alerting.limit import Limit, parse_limit
from tocsin.config.fitting import SectionReader
from tocsin.config.quiet import read_quiet
from tocsin.config.schema import LATER_DESTINATION_KEYS, DestinationShape, DigestShape, RetryShape
from tocsin.config.secret import Secret
from tocsin.config.settings import DestinationSettings
from tocsin.config.signing import signing_secrets
from tocsin.logic.ast import Path
from tocsin.logic.vocabulary import suggest
from tocsin.model import DestinationName, Json, Severity
from tocsin.rules.reading.destinations import unknown_destinations
from tocsin.rules.reading.schema import keys_of, wrong_type
from tocsin.rules.reading.words import words

SHORTEST_DIGEST: Final = timedelta(seconds=10)
"""A shorter period is a limit by another name."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
# These two aside: an action may have options of these names.
_KEYS = (keys_of(DestinationShape) | LATER_DESTINATION_KEYS) - {"sign", "format"}
_RETRY_FOR = timedelta(hours=72)
_UNLIMITED = "none"
_OWN_FORM = frozenset({"slack", "discord", "tgram", "matrix", "matrixs", "json", "jsons"})
_MAIL = frozenset({"mailto", "mailtos"})

Format: TypeAlias = Literal["text", "html", "markdown"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)


class DestinationsReader(SectionReader):
    """Reads the section as far as it can, with all problems noted in `problems`."""

    def __init__(self, file: str | int, section: Json) -> None:
        super().__init__()
        self._at: Path = (file, "destinations")
        self._section: Mapping[str, Json] = section if isinstance(section, dict) else {}

    def destinations(self) -> dict[DestinationName, DestinationSettings]:
        """Return the destinations by name, in the order of the file."""
        found: dict[DestinationName, DestinationSettings] = {}
        for key, value in self._section.items():
            at = (*self._at, key)
            if not _NAME.fullmatch(key):
                self._note("bad-name", "no name for a destination", at, "use letters, digits, - and _", on_key=True)
                continue
            found[DestinationName(key)] = self._destination(DestinationName(key), value, at)
        self._check_fallbacks(found)
        return found

    def _destination(self, name: DestinationName, value: Json, at: Path) -> DestinationSettings:
        if not isinstance(value, dict):
            self.problems.append(replace(wrong_type("a mapping", value, at), hint='write {url: "${URL}"}'))
            return DestinationSettings(name=name)
        known = {key: item for key, item in value.items() if key in _KEYS or "action" not in value}
        shape = self._fit(DestinationShape, known, at, LATER_DESTINATION_KEYS)
        if ("url" in value) == ("action" in value):
            self._note("missing-key", "a destination has either 'url' or 'action'", at, 'write {url: "${URL}"}')
        is_action = "action" in value
        options = {key: item for key, item in value.items() if is_action and key not in _KEYS}
        limit, is_unlimited = self._limit(value.get("limit"), (*at, "limit"))
        return DestinationSettings(
            name=name,
            urls=self._urls(value["url"], (*at, "url")) if "url" in value else (),
            action=shape.action if shape is not None else None,
            options={key: item for key, item in options.items() if not key.startswith("x-")},
            retry_for=self._retry(value.get("retry"), (*at, "retry")),
            fallback=DestinationName(shape.fallback) if shape is not None and shape.fallback is not None else None,
            limit=limit,
            is_unlimited=is_unlimited,
            digest=self._digest(value["digest"], (*at, "digest")) if "digest" in value else None,
            quiet=self._quiet(value["quiet"], (*at, "quiet")) if "quiet" in value else None,
            format=self._format(value, (*at, "format")) if "format" in value and not is_action else None,
            sign=self._sign(value, (*at, "sign")) if "sign" in value and not is_action else (),
        )

    def _urls(self, value: Json, at: Path) -> tuple[Secret, ...]:
        urls, problems = words(value, at)
        self.problems += problems
        for index, url in enumerate(urls):
            if not _URL.match(url):
                place = (*at, index) if isinstance(value, list) else at
                hint = "apprise's URLs look like slack://…, mailtos://…, jsons://…"
                self._note("bad-url", "no URL that a notification can be sent to", place, hint)
        return tuple(Secret(url) for url in urls)

    def _sign(self, value: Mapping[str, Json], at: Path) -> tuple[Secret, ...]:
        urls, _ = words(value.get("url", []), at)
        secrets, problems = signing_secrets(value["sign"], urls, at)
        self.problems += problems
        return secrets

    def _format(self, value: Mapping[str, Json], at: Path) -> Format | None:
        found = value["format"]
        if found is None or not isinstance(found, str):
            return None
        if found not in FORMATS:
            near = suggest(found, FORMATS)
            hint = f"did you mean {near!r}?" if near else f"one of {', '.join(FORMATS)}"
            self._note("bad-format", "no such format", at, hint)
            return None
        urls, _ = words(value.get("url", []), at)
        if urls and not any(_takes(url, found) for url in urls):
            self._note(
                "bad-format", "none of these services can be sent that", at, "leave it out: each has its own form"
            )
        return found

    def _retry(self, value: Json, at: Path) -> timedelta:
        if value is not None:
            shape = self._fit(RetryShape, value, at)
            if shape is not None:
                return self._duration(shape.duration, (*at, "for"), "write 30m, 12h or 3d") or _RETRY_FOR
        return _RETRY_FOR

    def _limit(self, value: Json, at: Path) -> tuple[Limit | None, bool]:
        if not isinstance(value, str):
            # Of another type: the shape has said so.
            return None, False
        if value.strip() == _UNLIMITED:
            return None, True
        try:
            return parse_limit(value), False
        except ValueError as error:
            self._note("bad-limit", str(error).partition(": write")[0], at, "write 30/h, or none")
            return None, False

    def _digest(self, value: Json, at: Path) -> Digest | None:
        shape = self._fit(DigestShape, value, at)
        if shape is None:
            return None
        every = self._duration(shape.every, (*at, "every"), "write 15m, 1h or 1d")
        if every is not None and every < SHORTEST_DIGEST:
            hint = "for fewer messages in short time write a limit, such as `limit: 10/min`"
            self._note("bad-duration", f"a digest every {shape.every} collects nothing", (*at, "every"), hint)
        return Digest(
            every=every or timedelta(hours=1), bypass=None if shape.bypass is None else Severity(shape.bypass)
        )

    def _quiet(self, value: Json, at: Path) -> Any:
        quiet, problems = read_quiet(value, at)
        self.problems += problems
        return quiet

    def _check_fallbacks(self, found: Mapping[DestinationName, DestinationSettings]) -> None:
        for name, settings in found.items():
            if settings.fallback is None:
                continue
            at = (*self._at, name, "fallback")
            self.problems += unknown_destinations(settings.fallback, at, found)
            chain = _chain(name, found)
            if chain[-1] == name:
                way = " → ".join(repr(str(step)) for step in chain)
                self._note("fallback-cycle", f"the fallback leads back: {way}", at, "name a destination outside of it")


def _takes(url: str, form: str) -> bool:
    scheme = url.partition("://")[0].lower()
    return scheme not in _OWN_FORM and not (scheme in _MAIL and form == "markdown")


def _chain(name: DestinationName, found: Mapping[DestinationName, DestinationSettings]) -> list[DestinationName]:
    """Return the way of fallbacks from a destination, up to where it ends or comes by for the second time."""
    chain = [name]
    while (settings := found.get(chain[-1])) is not None and settings.fallback is not None:
        chain.append(settings.fallback)
        if settings.fallback in chain[:-1]:
            break
    return chain
