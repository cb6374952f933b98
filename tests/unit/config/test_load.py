"""tocsin.yaml becomes settings, or a complete list of what is wrong; secrets are in neither."""

from datetime import timedelta
from pathlib import Path

import pytest

from tocsin.config.load import LoadedSettings, load_settings
from tocsin.config.secret import Secret
from tocsin.config.settings import HttpSettings, Settings, Subscription
from tocsin.model import DestinationName
from tocsin.rules.diagnostics.report import as_github, as_json, as_text

SOURCE = 'source: {api_key: "${KEY}"}\n'
ENVIRON = {"KEY": "sk-live-1234", "TOKEN": "xoxb-5678"}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("tocsin.yaml")


def load(file: Path, text: str) -> LoadedSettings:
    file.write_text(text, encoding="utf-8")
    return load_settings(file, ENVIRON)


def settings(file: Path, text: str) -> Settings:
    loaded = load(file, text)
    assert loaded.settings is not None, loaded.diagnostics
    return loaded.settings


def codes(file: Path, text: str) -> list[str]:
    return [diagnostic.code for diagnostic in load(file, text).diagnostics]


def test_the_example_of_the_documentation_is_read(file: Path) -> None:
    found = settings(
        file,
        SOURCE
        + """
rules: [rules/, more.yaml]
destinations:
  oncall: {url: "slack://${TOKEN}/b/c", retry: {for: 12h}}
  script: {action: exec, command: [true], x-note: mine}
routes:
  - {when: {and: [{eq: [.severity, critical]}, {eq: [.labels.team, risk]}]}, notify: oncall, continue: true}
  - {notify: [script]}
plugins: {langid: {min_confidence: 0.8}}
http: {listen: "127.0.0.1:9090"}
""",
    )
    assert found.rules == (Path.cwd() / "rules", Path.cwd() / "more.yaml")
    assert found.source.api_key == Secret("sk-live-1234")
    oncall, script = found.destinations.values()
    assert (oncall.urls, oncall.retry_for) == ((Secret("slack://xoxb-5678/b/c"),), timedelta(hours=12))
    assert (script.action, script.options, script.urls) == ("exec", {"command": [True]}, ())
    assert [(route.notify, route.proceed) for route in found.routes] == [(("oncall",), True), (("script",), False)]
    assert found.plugin_options == {"langid": {"min_confidence": 0.8}}
    assert found.http == HttpSettings(host="127.0.0.1", port=9090)
    assert found.state == Path.cwd() / "tocsin.db"


def test_a_subscription_is_a_mapping_or_a_list_of_them(file: Path) -> None:
    one = settings(file, 'source: {api_key: k, subscribe: {keywords: [a, "#b"], language: "no"}}')
    two = settings(file, 'source: {api_key: k, subscribe: [{users: ["@ann"]}, {min_retweets: 3}]}')
    assert one.source.subscribe == (Subscription(keywords=("a", "#b"), language="no"),)
    assert two.source.subscribe == (Subscription(users=("ann",)), Subscription(min_retweets=3))


def test_a_default_stands_in_for_a_variable_that_is_unset_or_empty(file: Path) -> None:
    assert settings(file, 'source: {api_key: "${NONE:-k}"}\n').source.api_key == Secret("k")
    assert settings(file, 'source: {api_key: "$${KEY}"}\n').source.api_key == Secret("${KEY}")


def test_a_secret_may_come_from_a_file(file: Path) -> None:
    Path("key.txt").write_text("from-file\n", encoding="utf-8")
    assert settings(file, 'source: {api_key: "${file:key.txt}"}\n').source.api_key == Secret("from-file")


def test_a_missing_variable_is_told_at_its_place_and_once(file: Path) -> None:
    loaded = load(file, 'source:\n  api_key: "${NONE}"\nrules: [more/]\ndestinations: {a: {url: "${ALSO}"}}\n')
    assert [(d.code, d.span.line, d.span.column) for d in loaded.diagnostics] == [
        ("missing-variable", 2, 12),
        ("missing-variable", 4, 25),
    ]
    assert loaded.rules == (Path.cwd() / "more",)
    assert loaded.destinations == {DestinationName("a")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["missing-key"]),
        ("rules: [a]", ["missing-key"]),
        ("source: {api_key: k, typ: replay}", ["unknown-key"]),
        ("source: {type: relpay, api_key: k}", ["unknown-source"]),
        ("source: {type: replay}", ["missing-key"]),
        ("source: {}", ["missing-key"]),
        ("source: {api_key: 12}", ["wrong-type"]),
        ('source: {api_key: k, url: "https://x.example"}', ["bad-url"]),
        ('source: {api_key: k, url: "ws://x.example/ws"}', ["insecure-url"]),
        ('source: {api_key: k, url: "ws://[bad"}', ["bad-url"]),
        ("source: {api_key: k, subscribe: {language: no}}", ["ambiguous-scalar"]),
        ("source: {api_key: k, subscribe: {keyword: [a]}}", ["unknown-key"]),
        ('source: {api_key: "${KEY"}', ["bad-variable"]),
        ('source: {api_key: "${file:none}"}', ["missing-variable"]),
        (SOURCE + "digest: {}\ngroups: []", ["unknown-key", "unsupported-key"]),
        (SOURCE + "inhibit: [{if: a, mutes: {eq: [.rule, b]}}]", ["missing-key"]),
        (
            SOURCE + "inhibit: [{if: [a], mutes: {eq: [.rul, b]}, for: soon}]",
            ["bad-duration", "unknown-field", "wrong-type"],
        ),
        (SOURCE + "inhibit: [{if: a, mutes: b, for: 30m}]", ["constant-condition"]),
        (SOURCE + 'http: {listen: "127.0.0.1:0", public_url: "ftp://x"}', ["bad-url"]),
        (SOURCE + 'http: {listen: "127.0.0.1:0", public_url: "https://x.example/?a=b"}', ["bad-url"]),
        (SOURCE + "destinations: {a: {url: nowhere}}", ["bad-url"]),
        (SOURCE + 'destinations: {a: "slack://x"}', ["wrong-type"]),
        (SOURCE + "destinations: {a: {}}", ["missing-key"]),
        (SOURCE + 'destinations: {a: {url: "x://y", action: b}}', ["missing-key"]),
        (SOURCE + 'destinations: {a: {url: "x://y", escalate: b}}', ["unsupported-key"]),
        (SOURCE + "notices: {to: nobody}", ["unknown-destination"]),
        (SOURCE + "notices: {}", ["missing-key"]),
        (SOURCE + 'destinations: {a: {url: "x://y", retry: {for: soon}}}', ["bad-duration"]),
        (SOURCE + 'destinations: {"a b": {url: "x://y"}}', ["bad-name"]),
        (SOURCE + "routes: [{notify: [nobody]}]", ["unknown-destination"]),
        (SOURCE + "routes: [{when: {eq: [.severty, high]}, notify: []}]", ["empty-list", "unknown-field"]),
        (SOURCE + "routes: [{when: {eq: [.severity, high]}}]", ["missing-key"]),
        (SOURCE + "http: {listen: 9090}", ["wrong-type"]),
        (SOURCE + 'http: {listen: "9090"}', ["bad-address"]),
        (SOURCE + "log: {level: loud}", ["wrong-type"]),
        (SOURCE + "plugins: {langid: yes}", ["ambiguous-scalar"]),
    ],
)
def test_mistakes_are_told(text: str, expected: list[str], file: Path) -> None:
    assert sorted(codes(file, text)) == expected


@pytest.mark.parametrize("url", ["ws://127.0.0.1:80/ws", "ws://localhost/ws", "ws://[::1]:1/ws", "wss://x.example/ws"])
def test_a_stream_on_this_machine_may_be_unencrypted(url: str, file: Path) -> None:
    assert settings(file, f'source: {{api_key: k, url: "{url}"}}').source.url == url


def test_a_plain_stream_elsewhere_must_be_meant(file: Path) -> None:
    assert settings(file, 'source: {api_key: k, url: "ws://x.example/ws", insecure: true}').source.insecure


@pytest.mark.parametrize(
    "text",
    [
        "source: {api_key: {hunter2-secret: }, typo: hunter2-secret}",
        "source: {api_key: hunter2-secret, url: 'wss://u:hunter2-secret@[', subscribe: 3}",
        "source: {api_key: @hunter2-secret}",
        "source: {api_key: #hunter2-secret\n}",
        "source: {api_key: !hunter2-secret x}",
        "source: {api_key: *hunter2-secret}",
        "source: {api_key: hunter2-secret\nrules: [",
        "source:\n  api_key: hunter2-secret: x\n",
        "source:\n  api_key: >hunter2-secret\n",
        'source: {api_key: "\\q-hunter2-secret"}',
        "source:\n  api_key: |\n    hunter2-secret\n  typo: 1\n",
        "source: {api_key: k} # hunter2-secret\ndestinations: {a: {url: hunter2-secret}}",
        "destinations: {a: {url: [hunter2-secret, 'x://hunter2-secret'], password: hunter2-secret}}",
        "destinations: {a: hunter2-secret}",
        "destinations: {slack://hunter2-secret: }",
        "hunter2-secret: hunter2-secret",
        "plugins: {p: hunter2-secret}",
        "hunter2-secret",
        "[hunter2-secret",
        "source: {api_key: k, hunter2-secret}",
        "destination: {a: {url: 'slack://hunter2-secret'}}",
    ],
)
def test_no_diagnostic_shows_what_may_be_secret(text: str, file: Path) -> None:
    loaded = load(file, text)
    assert loaded.settings is None
    shown = as_text(loaded.diagnostics, loaded.sources) + as_json(loaded.diagnostics) + as_github(loaded.diagnostics)
    assert "hunter2" not in shown


@pytest.mark.parametrize("value", ["", "hunter2-secret", "x\ny: [", "${KEY}", "slack://hunter2-secret/{{ text }}"])
def test_what_a_variable_holds_is_never_shown_or_read_again(value: str, file: Path) -> None:
    file.write_text('source: {api_key: "${KEY}", url: "${KEY}"}\nroutes: "${KEY}"\nstate: "${KEY}"', encoding="utf-8")
    loaded = load_settings(file, {"KEY": value})
    shown = as_text(loaded.diagnostics, loaded.sources) + as_json(loaded.diagnostics)
    assert "hunter2" not in shown
    assert [d.code for d in loaded.diagnostics].count("wrong-type") == 1


def test_defaults_of_rules_are_read_and_their_mistakes_told_at_their_line(file: Path) -> None:
    loaded = load(file, SOURCE + "defaults: {severity: high, labels: {team: web}, stage: shadow}\n")
    assert loaded.defaults is not None
    assert (loaded.defaults.severity, loaded.defaults.labels, loaded.defaults.stage) == (
        "high",
        {"team": "web"},
        "shadow",
    )
    wrong = load(
        file, SOURCE + 'defaults: {severty: high, notify: [nobody], title: "{{ txt }}", window: {over: 15m}}\n'
    )
    assert wrong.settings is None
    assert [(d.code, d.span.line) for d in wrong.diagnostics] == [
        ("unknown-key", 2),
        ("unknown-destination", 2),
        ("unknown-name", 2),
        ("unsupported-key", 2),
    ]


def test_a_secret_that_slipped_into_the_defaults_is_not_told(file: Path) -> None:
    loaded = load(file, SOURCE + 'defaults: {severity: "${TOKEN}", stage: "${TOKEN}"}\n')
    assert [d.code for d in loaded.diagnostics] == ["bad-severity", "bad-stage"]
    assert "xoxb" not in as_text(loaded.diagnostics, loaded.sources)
