"""`tocsin render`, the real program: each family's message, named destinations, tweets of one's own, mistakes."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import Program, finished

RULES = """\
tocsin: 1
rules:
  tested:
    title: "Exchange in trouble"
    severity: critical
    when: {word: [hacked]}
    tests: [{tweet: {text: BTC exchange hacked, metrics.likes: 5400}, expect: match}]
  untested: {when: {and: [{word: [btc]}, {gte: [.metrics.likes, 100]}, {not: {contains: giveaway}}, {from: bob}]}}
  unmatchable: {when: {all: [[1, 2], {lt: [{var: ""}, .metrics.likes]}]}}
"""
CONFIGURATION = """\
source: {api_key: k, subscribe: {}}
rules: [rules]
destinations:
  oncall: {url: "slack://TAAAAAAAA/BAAAAAAAA/canarycanarycanarycanary/#general"}
  both: {url: ["json://localhost/in?:team=red&+X-Token=canarycanary", "mailto://user:canarycanary@localhost?to=a@b.example"]}
  ticket: {action: exec, command: [/bin/true]}
routes: [{notify: [oncall, both, ticket]}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/rules.yaml").write_text(RULES)
    return tmp_path


def rendered(folder: Path, *arguments: str, rule: str = "tested", stdin: bytes = b"") -> Program:
    return finished("render", rule, *arguments, cwd=folder, stdin=stdin)


def documents(program: Program) -> list[dict[str, Any]]:
    return [json.loads(line) for line in program.out]


@pytest.mark.parametrize(
    ("family", "first"),
    [
        ("slack", "🔴 Exchange in trouble"),
        ("discord", "**🔴 Exchange in trouble**"),
        ("telegram", "<b>🔴 Exchange in trouble</b>"),
        ("matrix", "<p>🔴 <strong>Exchange in trouble</strong></p>"),
        ("mail", "Subject: Exchange in trouble"),
        ("plain", "Exchange in trouble"),
        ("json", "{"),
    ],
)
def test_each_family_can_be_seen_without_a_configuration(folder: Path, family: str, first: str) -> None:
    program = rendered(folder, "--to", family)
    assert (program.wait(), program.err) == (0, [])
    assert program.out[0].startswith(first)
    assert any("BTC exchange hacked" in line for line in program.out)
    assert any("https://x.com/someone/status/1" in line for line in program.out)


def test_a_rule_without_tests_is_shown_on_a_tweet_made_for_it(folder: Path) -> None:
    program = rendered(folder, "--to", "json", rule="untested")
    assert program.err == []
    tweet = json.loads("\n".join(program.out))["tweet"]
    assert (tweet["user"]["username"], tweet["metrics"]["likes"]) == ("bob", 100)


def test_a_rule_that_no_tweet_was_found_for_says_so(folder: Path) -> None:
    program = rendered(folder, "--to", "plain", rule="unmatchable")
    assert program.wait() == 0
    assert program.err == ["no tweet was found that the rule matches; shown is a neutral one. --tweet takes yours"]


def test_a_tweet_of_ones_own_is_shown_with_what_made_the_rule_true(folder: Path) -> None:
    tweet = json.dumps({"id": "7", "text": "hacked again", "user": {"username": "eve"}}).encode()
    program = rendered(folder, "--to", "plain", "--tweet", "-", stdin=tweet)
    assert program.err == []
    assert {"  hacked again", "https://x.com/eve/status/7", "Why: word 'hacked' in text"} <= set(program.out)


def test_a_tweet_that_does_not_match_is_shown_with_a_warning(folder: Path) -> None:
    (folder / "tweet.json").write_text('{"id": "7", "text": "nothing", "user": {"username": "eve"}}')
    program = rendered(folder, "--to", "plain", "--tweet", "tweet.json")
    assert (program.wait(), program.err) == (0, ["the rule does not match this tweet; shown is what it would say"])
    assert "  nothing" in program.out


class Headings(HTMLParser):
    """The text of a page's headings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._within = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note that a heading begins."""
        self._within = tag == "h1"

    def handle_data(self, data: str) -> None:
        """Note a heading's text."""
        if self._within:
            self.found.append(data)
            self._within = False


def test_the_page_of_a_mail_can_be_written_to_a_file_and_shown(folder: Path) -> None:
    assert rendered(folder, "--to", "mail", "--html", "mail.html").wait() == 0
    page = (folder / "mail.html").read_text("utf-8")
    assert Headings(page).found == ["Exchange in trouble"]
    assert "\n".join(rendered(folder, "--to", "mail", "--format", "html").out) == page.rstrip("\n")


def test_what_is_no_mail_has_no_page(folder: Path) -> None:
    program = rendered(folder, "--to", "slack", "--html", "mail.html")
    assert program.wait() == 2
    assert program.err == ["tocsin: only a mail has HTML, and 'slack' sends none; try --to mail"]


def test_a_named_destination_is_shown_as_its_services_get_it_and_no_secret_is(folder: Path) -> None:
    (folder / "tocsin.yaml").write_text(CONFIGURATION)
    [slack] = documents(rendered(folder, "--to", "oncall", "--format", "json"))
    assert slack["family"] == "slack"
    assert slack["payload"]["attachments"][0]["color"] == "#c01c28"
    program = rendered(folder, "--to", "both", "--format", "json")
    hook, mail = documents(program)
    assert (hook["payload"]["team"], hook["payload"]["severity"]) == ("red", "critical")
    assert mail["text"].startswith("Exchange in trouble\n===")
    assert "canary" not in program.output()


def test_where_alerts_can_be_acknowledged_the_link_is_shown(folder: Path) -> None:
    http = 'http: {listen: "127.0.0.1:0", public_url: "https://alerts.example.org"}\n'
    (folder / "tocsin.yaml").write_text(CONFIGURATION + http)
    for destination in ("oncall", "mail"):
        assert "https://alerts.example.org/ack/" in rendered(folder, "--to", destination).output()


def test_an_action_is_shown_what_it_gets(folder: Path) -> None:
    (folder / "tocsin.yaml").write_text(CONFIGURATION)
    assert json.loads("\n".join(rendered(folder, "--to", "ticket").out))["rule"] == "tested"


NO_FILE = "there is no configuration at other.yaml; `tocsin init` writes a first one, --config names another"


@pytest.mark.parametrize(
    ("arguments", "rule", "said"),
    [
        (["--to", "slak"], "tested", "no destination 'slak'; did you mean 'slack'?"),
        (["--to", "slack"], "teste", "no rule 'teste'; did you mean 'tested'?"),
        (["--to", "slack", "--tweet", "a.json"], "tested", "a.json: can't be read: No such file or directory"),
        (["--to", "slack", "--config", "other.yaml"], "tested", NO_FILE),
    ],
)
def test_a_mistake_ends_with_one_clear_line(folder: Path, arguments: list[str], rule: str, said: str) -> None:
    program = rendered(folder, *arguments, rule=rule)
    assert (program.wait(), program.out, program.err) == (2, [], [f"tocsin: {said}"])
