"""The schemas, read by the language server that editors use for YAML: what it warns of, completes and explains.

`make language-server` installs it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.language_server import LanguageServer, is_installed, language_server
from tocsin.cli.main import cli

pytestmark = pytest.mark.skipif(not is_installed(), reason="run `make language-server` first (needs npm)")

ROOT = Path(__file__).parents[2]
RULES = "# yaml-language-server: $schema=../.tocsin/rules.schema.json\n"
CONFIG = "# yaml-language-server: $schema=.tocsin/config.schema.json\n"
RULE = "tocsin: 1\nrules:\n  a-rule:\n    "

CONFIGURATION = """\
source: {url: "wss://api.scrape.st/ws", api_key: "${SCRAPEST_API_KEY}", subscribe: [{keywords: [a]}, {users: b}]}
rules: rules/
destinations:
  oncall: {url: "json://127.0.0.1/", retry: {for: 12h}}
  email: {url: ["json://127.0.0.1/", "${MAIL_URL:-json://127.0.0.1/}"], x-owner: me}
  ticket: {action: exec, command: [/bin/true], timeout_s: 2.5}
routes:
  - {when: {and: [{eq: [.severity, critical]}, {eq: [.labels.team, a]}, {word: [x]}]}, notify: oncall, continue: true}
  - {notify: [email, ticket]}
state: tocsin.db
plugins: {langid: {min_confidence: 0.8, languages: [en]}, exec: {allow: [/bin/true]}, textstat: {}}
http: {listen: "127.0.0.1:9090"}
log: {level: "${LEVEL:-info}", format: json}
x-mine: [anything, {at: all}]
"""


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """A server in the folder of a project whose schemas were written as a user writes them."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "rules").mkdir()
    (folder / "tocsin.yaml").write_text(CONFIGURATION, encoding="utf-8")
    written = CliRunner().invoke(cli, ["schema", "--write", "--config", str(folder / "tocsin.yaml")])
    assert written.exit_code == 0, written.output
    with language_server(folder) as server:
        yield server


def rule_problems(editor: LanguageServer, rule: str) -> list[str]:
    """Return what the server says of a rule's keys."""
    return editor.problems("rules/rules.yaml", RULES + RULE + rule.replace("\n", "\n    ") + "\n")


@pytest.mark.parametrize("pack", sorted((ROOT / "rules").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_rule_packs_give_no_warning(editor: LanguageServer, pack: Path) -> None:
    assert editor.problems("rules/pack.yaml", RULES + pack.read_text("utf-8")) == []


@pytest.mark.parametrize("page", ["README.md", "docs/reference/rule-files.md", "docs/tutorial/first-alert.md"])
def test_the_rule_files_shown_in_the_documentation_give_no_warning(editor: LanguageServer, page: str) -> None:
    shown = re.findall(r"^```yaml.*?\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    files = [text for text in shown if text.startswith("tocsin: 1")]
    assert files
    known = {"log", "oncall", "email", "ticket"}
    for text in files:
        # Which destinations there are is not the page's matter.
        named = re.sub(r"notify: \[(\w+)\]", lambda name: name[0] if name[1] in known else "notify: [oncall]", text)
        assert editor.problems("rules/page.yaml", RULES + named.replace("[log]", "[oncall]")) == []


def test_what_init_writes_gives_no_warning(editor: LanguageServer) -> None:
    assert CliRunner().invoke(cli, ["init", str(editor.root / "first")]).exit_code == 0
    for name in ("first/tocsin.yaml", "first/rules/first.yaml"):
        text = (editor.root / name).read_text("utf-8")
        assert text.startswith("# yaml-language-server: $schema=")
        assert editor.problems(name, text) == []


def test_a_correct_configuration_gives_no_warning(editor: LanguageServer) -> None:
    assert editor.problems("tocsin.yaml", CONFIG + CONFIGURATION) == []


CORRECT = [
    'when: {ends_with: [".com", ".org"]}',
    'when: {eq: [.source, ".com"]}',
    "when: .user.verified",
    'when: {"!!": .hashtags}',
    'when: {"!!": [.hashtags]}',
    "when: {word: [.user.name, phd]}",
    "when: {word: [{cat: [.text, .user.name]}, phd, {list: more}]}",
    "when: {some: [.media, {eq: [.type, photo]}]}",
    "when: {eq: [{var: [extra.depth, 0]}, 3]}",
    "when: {in: [a, .hashtags.0]}",
    "when: {if: [.user.verified, {gt: [.metrics.likes, 1]}, false]}",
    'when: {"?:": [.user.verified, true, false]}',
    "when: {between: [10, .metrics.likes, 99]}",
    "when: {missing: [lang]}",
    "when: {gte: [{shouting: .text}, 0.7]}",
    "when: {from: whale_alert}",
    "match: {keywords: one, users: {list: analysts}, language: en, min_retweets: 5}\nx-note: mine",
    "when: {word: [x]}\nstage: shadow\nonce_per: .user.id",
    "when: {word: [x]}\nonce_per: {cat: [.user.id, .lang]}",
    "when: {word: [x]}\nexcept: [{id: drill, why: ours, until: 2026-12-31, when: .is_reply}]",
    'when: {macro: organic}\nnotify: [oncall, email]\nlabels: {team: "1"}\nenabled: false\ntitle: "{{ text }}"',
]
"""Rules without a mistake, some of them close to one."""


@pytest.mark.parametrize("rule", CORRECT)
def test_a_correct_rule_gives_no_warning(editor: LanguageServer, rule: str) -> None:
    assert rule_problems(editor, rule) == []


OVERLAY = """\
overlay: true
lists: {coins: [doge]}
rules:
  exchange-hack:
    severity: high
    labels: {team: treasury}
    except: [{id: own-drill, why: our drill, when: {from: [drill_bot]}}]
"""


def test_a_correct_overlay_gives_no_warning(editor: LanguageServer) -> None:
    assert editor.problems("rules/overlay.yaml", RULES + OVERLAY) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("severity: high", "title: mine"),
        ("lists: {coins: [doge]}", "macros: {a: .is_reply}"),
        ("overlay: true", "overlay: yes"),
        ("overlay: true", "defaults: {title: 5}"),
    ],
)
def test_a_mistake_in_an_overlay_gives_a_warning(editor: LanguageServer, right: str, wrong: str) -> None:
    assert editor.problems("rules/overlay.yaml", RULES + OVERLAY.replace(right, wrong)) != []


MISTAKES = [
    "when: {wrod: [x]}",
    "wen: {word: [x]}",
    "when: {word: [x], from: [y]}",
    "when: {method: [.text, upper]}",
    "when: {gt: [.metrics.likes]}",
    "when: {between: [1, .metrics.likes]}",
    "when: {gt: [.metrics.retweet, 100]}",
    "when: {and: [{word: [x]}, .is_retweat]}",
    "when: {eq: [{var: user.nmae}, x]}",
    "when: {word: [2024]}",
    "when: {word: []}",
    "when: just text",
    "when: {shouting: [.text, 2]}",
    "when: {not: [{word: [a]}, {word: [b]}]}",
    "severity: high",
    "when: {word: [x]}\nseverity: hihg",
    "when: {word: [x]}\nnotify: [oncal]",
    "when: {word: [x]}\nlabels: {team: 1}",
    'when: {word: [x]}\nenabled: "no"',
    "match: {keyword: [x]}",
    'match: {min_retweets: "5"}',
    "match: {}",
    "when: {word: [x]}\nstage: shadwo",
    "when: {word: [x]}\nexcept: [{id: drill, until: 2026-12-31, when: .is_reply}]",
    "when: {word: [x]}\nexcept: [{id: drill, why: ours, until: tomorrow, when: .is_reply}]",
    "when: {word: [x]}\nexcept: [{id: Our Drill, why: ours, when: .is_reply}]",
    "when: {word: [x]}\nonce_per: id",
    "when: {word: [x]}\nwindow: {over: 10m}",
    "when: {word: [x]}\ntests: [{tweet: {text: x}, expect: matches}]",
    'when: {word: [x]}\ntests: [{tweet: {metrics.likes: "5"}, expect: match}]',
]
"""Rules with one mistake each, of those that people make."""


@pytest.mark.parametrize("rule", MISTAKES)
def test_a_mistake_in_a_rule_gives_a_warning_at_its_line(editor: LanguageServer, rule: str) -> None:
    found = rule_problems(editor, rule)
    # The rule begins in line 5; what is missing from it is told at the rule itself.
    wrong_lines = {5 + rule.count("\n"), 4 if rule.startswith(("severity", "wen")) else 5 + rule.count("\n")}
    assert found
    assert {int(problem.partition(":")[0]) for problem in found} <= wrong_lines


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("log: ", "log: {level: loud}"),
        ("http: ", "http: {listn: x}"),
        ("state: ", "state: 5"),
        ("plugins: ", "plugins: {langid: {min_confidense: 0.8}}"),
        ("plugins: ", "plugins: {langid: {min_confidence: 1.5}}"),
        ("plugins: ", "plugins: {langit: {}}"),
        ("rules: ", "rule: rules/"),
        ("  ticket: ", "  ticket: {action: exec, comand: [/bin/true]}"),
        ("  ticket: ", "  ticket: {action: exek, command: [/bin/true]}"),
        ("  oncall: ", "  oncall: {retry: {for: 12h}}"),
        ("  - {notify", "  - {notify: [emial]}"),
        ("  - {when", "  - {when: {eq: [.severty, critical]}, notify: [oncall], continu: true}"),
        ("source: ", "source: {type: scrapst}"),
    ],
)
def test_a_mistake_in_the_configuration_gives_a_warning(editor: LanguageServer, line: str, mistake: str) -> None:
    lines = [mistake if each.startswith(line) else each for each in CONFIGURATION.splitlines()]
    assert mistake in lines
    found = editor.problems("tocsin.yaml", CONFIG + "\n".join(lines) + "\n")
    assert [problem for problem in found if int(problem.partition(":")[0]) == lines.index(mistake) + 2]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("|", {"when", "match", "severity", "notify", "tests"}),
        ("when:\n      |", {"word", "and", "not", "gte", ">=", "shouting", "emoji_count", "macro"}),
        ("when:\n      and:\n        - wo|", {"word"}),
        ("when:\n      gte: [.met|]", {".metrics.likes", ".metrics.retweets", ".user.followers"}),
        ("when: {gt: [{var: |}, 1]}", {"metrics.likes", "user.followers"}),
        ("severity: |", {"info", "low", "medium", "high", "critical"}),
        ("notify: [|]", {"oncall", "email", "ticket"}),
        ("match:\n      |", {"keywords", "users", "language", "min_retweets"}),
        ("tests:\n      - |", {"tweet", "given", "expect", "name"}),
        ("tests:\n      - tweet:\n          |", {"text", "user.username", "metrics.likes"}),
    ],
)
def test_rules_are_completed(editor: LanguageServer, typed: str, offered: set[str]) -> None:
    assert offered <= editor.completions("rules/rules.yaml", RULES + RULE + typed)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("|", {"source", "rules", "destinations", "routes", "plugins"}),
        ("plugins:\n  |", {"langid", "exec", "textstat"}),
        ("plugins:\n  langid:\n    |", {"min_confidence", "languages"}),
        ("destinations:\n  ticket:\n    action: |", {"exec"}),
        ("destinations:\n  ticket:\n    action: exec\n    |", {"command", "timeout_s", "retry"}),
        ("routes:\n  - notify: [|]", {"oncall", "email", "ticket"}),
        ("routes:\n  - when:\n      eq: [.sev|]", {".severity", ".rule", ".labels", ".user.name"}),
        ("source:\n  type: |", {"scrapest", "replay"}),
    ],
)
def test_the_configuration_is_completed(editor: LanguageServer, typed: str, offered: set[str]) -> None:
    assert offered <= editor.completions("tocsin.yaml", CONFIG + typed)


def test_an_operator_explains_itself_under_the_pointer(editor: LanguageServer) -> None:
    said = editor.hover("rules/rules.yaml", RULES + RULE + "when: {and: [{|shouting: .text}]}\n")
    assert "The share of capitals" in said
    assert "gte: [{shouting: .text}, 0.7]" in said
