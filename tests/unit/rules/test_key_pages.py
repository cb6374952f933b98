"""Every key that the loaders know is told in the reference, with an example that loads."""

from pathlib import Path
from typing import Any

import pytest

from tocsin.config.load import load_settings
from tocsin.config.plugged import PinShape, PluginsShape
from tocsin.config.schema import (
    LATER_KEYS,
    ConfigShape,
    DestinationShape,
    DigestShape,
    EscalateShape,
    HeartbeatShape,
    HttpShape,
    InhibitShape,
    LogShape,
    NoticesShape,
    NoTweetsShape,
    QuietShape,
    ReloadShape,
    RetentionShape,
    RetryShape,
    RouteShape,
    SourceShape,
    SubscribeShape,
)
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules
from tocsin.rules.reading.schema import (
    LATER_RULE_KEYS,
    ExceptionShape,
    FileShape,
    MatchShape,
    RequiresShape,
    RuleShape,
    Shape,
    ThrottleShape,
)
from tocsin.rules.syntax.yaml import parse_document

ROOT = Path(__file__).parents[3]
TOLD: dict[str, Any] = parse_document((ROOT / "docs/data/keys.yaml").read_text(encoding="utf-8"), "keys").value  # type: ignore[assignment]
SHAPES: dict[str, type[Shape]] = {
    "file": FileShape, "requires": RequiresShape, "rule": RuleShape, "throttle": ThrottleShape,
    "exception": ExceptionShape, "match": MatchShape,
    "config": ConfigShape, "retention": RetentionShape, "heartbeat": HeartbeatShape, "notices": NoticesShape,
    "reload": ReloadShape, "source": SourceShape, "no_tweets": NoTweetsShape, "subscribe": SubscribeShape,
    "destination": DestinationShape, "retry": RetryShape,
    "digest": DigestShape, "quiet": QuietShape, "route": RouteShape, "escalate": EscalateShape, "inhibit": InhibitShape,
    "http": HttpShape, "log": LogShape, "plugins": PluginsShape, "pin": PinShape,
}  # fmt: skip
OF_RULES = {"file", "requires", "rule", "throttle", "exception", "match"}


def keys_of(section: str) -> list[str]:
    return [field.alias or name for name, field in SHAPES[section].model_fields.items()]


KEYS = [(section, key) for section in SHAPES for key in keys_of(section)]
ENVIRON = {
    "SCRAPEST_API_KEY": "k",
    "SLACK_URL": "slack://a/b/c",
    "HOOK_URL": "jsons://a/b",
    "WEBHOOK_SECRET": "a-secret-long-enough",
}


def test_every_mapping_is_told() -> None:
    assert list(TOLD) == list(SHAPES)


def test_no_key_is_told_that_will_never_be() -> None:
    planned = {*LATER_KEYS, *LATER_RULE_KEYS}
    told = {(section, key) for section in TOLD for key in TOLD[section]["keys"]}
    assert {key for _, key in told - set(KEYS)} <= planned


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_a_key_is_told_with_an_example_that_loads(
    section: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    entry = TOLD[section]["keys"][key]
    assert f"{key}:" in entry["example"]
    if section in OF_RULES:
        assert rule_problems(section, entry["example"]) == ()
    else:
        assert settings_problems(entry["example"]) == ()


def key_of(example: str) -> str:
    return example.partition(":")[0]


def rule_problems(section: str, example: str) -> tuple[object, ...]:
    text = example
    if section in {"rule", "throttle", "exception", "match"}:
        clause = "" if example.startswith(("when:", "match:")) else "\n    when: {word: [x]}"
        text = f"rules:\n  example:\n    {example}{clause}\n"
    elif key_of(example) == "overlay":
        Path("b.yaml").write_text("rules: {example: {when: {word: [x]}}}", encoding="utf-8")
        text = f"{example}\nrules: {{example: {{severity: high}}}}\n"
    elif key_of(example) != "rules":
        text = f"{example}\nrules: {{example: {{when: {{word: [x]}}}}}}\n"
    Path("a.yaml").write_text(text, encoding="utf-8")
    return load_rules(
        [Path()], standard_vocabulary(), destinations={"oncall"}, installed={"tocsin-langid": "0.1"}
    ).diagnostics


def settings_problems(example: str) -> tuple[object, ...]:
    needed = {
        "source": 'source: {api_key: "${SCRAPEST_API_KEY}"}',
        "destinations": 'destinations: {oncall: {url: "${SLACK_URL}"}, email: {url: "${SLACK_URL}"}}',
    }
    lines = [line for key, line in needed.items() if not example.startswith(f"{key}:")]
    Path("tocsin.yaml").write_text("\n".join([*lines, example]), encoding="utf-8")
    return load_settings(Path("tocsin.yaml"), ENVIRON).diagnostics
