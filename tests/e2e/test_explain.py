"""`tocsin explain` and `expand`, the real program: what they print, and how they end for good input and bad."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.program import finished

RULES = """\
tocsin: 1
lists:
  coins: [btc, bitcoin]
macros:
  hacked: {word: [hacked, drained]}
rules:
  exchange-hack:
    title: "{{ text }}"
    severity: critical
    labels: {team: risk}
    when:
      and:
        - macro: hacked
        - word: {list: coins}
        - not: .is_retweet
        - gte: [.metrics.retweets, 100]
    except:
      - {id: giveaway, why: fake giveaways, until: 2026-12-31, when: {contains: giveaway}}
    once_per: .id
  off: {enabled: false, when: {word: [btc]}}
"""
TWEET = {
    "id": "7",
    "text": "BTC exchange HACKED",
    "user": {"username": "u"},
    "created_at": "2026-11-24T03:00:00Z",
    "metrics": {"retweets": 140},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES)
    return tmp_path


def explained(folder: Path, *arguments: str, stdin: bytes = b"", rule: str = "exchange-hack") -> list[str]:
    program = finished("explain", rule, "--rules", "rules.yaml", *arguments, cwd=folder, stdin=stdin)
    assert (program.wait(), program.err) == (0, []), program.output()
    return program.out


def verdict(folder: Path, **changed: Any) -> dict[str, Any]:
    line = json.dumps({**TWEET, **changed}).encode()
    (document,) = map(json.loads, explained(folder, "--tweet", "-", "--format", "json", stdin=line))
    assert isinstance(document, dict)
    return document


def test_a_rule_is_told_in_words_each_with_its_line(folder: Path) -> None:
    lines = [" ".join(line.split()) for line in explained(folder)]
    assert lines == [
        "exchange-hack rules.yaml:7",
        "when",
        "all of these: rules.yaml:12",
        "the text has one of the words 'hacked', 'drained' rules.yaml:5 via macro hacked",
        "the text has one of the words 'btc', 'bitcoin' rules.yaml:14 via list coins",
        "is_retweet is not true rules.yaml:15",
        "metrics.retweets is 100 or more rules.yaml:16",
        "except",
        "giveaway, until 2026-12-31: fake giveaways rules.yaml:18",
        "the text contains 'giveaway' rules.yaml:18",
        "then",
        "severity critical rules.yaml:9",
        "title '{{ text }}' rules.yaml:8",
        "label team: risk rules.yaml:10",
        "notify nobody",
        "once for each value of id rules.yaml:19",
    ]


def test_a_rule_as_json_has_its_clauses_with_their_places(folder: Path) -> None:
    (document,) = map(json.loads, explained(folder, "--format", "json"))
    assert (document["rule"], document["file"], document["line"]) == ("exchange-hack", "rules.yaml", 7)
    clause = document["condition"][1]
    assert (clause["depth"], clause["line"], clause["macro"]) == (1, 5, "hacked")
    assert document["exceptions"][0]["id"] == "giveaway"
    assert document["origins"]["severity"] == {"from": "rule", "file": "rules.yaml", "line": 9, "column": 5}


def test_a_match_is_proved_with_what_was_found_and_where(folder: Path) -> None:
    document = verdict(folder)
    assert document["verdict"] == "match"
    leaf = document["leaves"][0]
    assert leaf["found"] == [{"pattern": "hacked", "field": "text", "text": "HACKED", "start": 13, "end": 19}]
    assert (leaf["file"], leaf["line"], leaf["macro"]) == ("rules.yaml", 5, "hacked")
    assert document["leaves"][3]["seen"] == [{"name": "metrics.retweets", "value": 140}]


def test_a_match_is_told_with_the_words_marked_in_the_text(folder: Path) -> None:
    lines = explained(folder, "--tweet", "-", stdin=json.dumps(TWEET).encode())
    assert lines[:4] == [
        "exchange-hack matches tweet 7",
        "  | BTC exchange HACKED",
        "  | ^^^          ^^^^^^",
        "because",
    ]
    assert "  metrics.retweets is 140 (>= 100)  rules.yaml:16" in lines


def test_what_does_not_match_names_what_was_missing_and_by_how_much(folder: Path) -> None:
    document = verdict(folder, metrics={"retweets": 40})
    assert document["verdict"] == "no_match"
    assert [leaf["reason"] for leaf in document["leaves"]] == ["metrics.retweets is 40 (not >= 100)"]
    (change,) = document["nearest"][0]["changes"]
    assert (change["needs"], change["distance"]) == ("metrics.retweets is 40, needs 100 or more", 0.6)
    assert (change["file"], change["line"]) == ("rules.yaml", 16)


def test_an_exception_that_holds_is_named_with_its_proof(folder: Path) -> None:
    document = verdict(folder, text="btc hacked giveaway")
    assert (document["verdict"], document["exception"]["id"]) == ("excepted", "giveaway")
    assert [leaf["reason"] for leaf in document["exception"]["leaves"]] == ["contains 'giveaway' in text"]


def test_a_condition_that_failed_says_what_failed(folder: Path) -> None:
    failed = verdict(folder, text=5)
    assert (failed["verdict"], failed["leaves"][0]["holds"]) == ("failed", None)
    assert "looks at text" in failed["leaves"][0]["error"]


def test_a_rule_that_is_disabled_is_explained_and_said_to_be(folder: Path) -> None:
    lines = explained(folder, "--tweet", "-", stdin=json.dumps(TWEET).encode(), rule="off")
    assert lines[0] == "off matches tweet 7"
    assert lines[-1] == "  note: the rule is disabled: it never fires"


def test_every_line_is_explained_whatever_form_the_tweets_have(folder: Path) -> None:
    message = json.dumps({"type": "tweet", "data": TWEET})
    packed = gzip.compress(f"{json.dumps(TWEET)}\n{message}\n".encode())
    (folder / "tweets.jsonl.gz").write_bytes(packed)
    assert len(explained(folder, "--tweet", "tweets.jsonl.gz", "--format", "json")) == 2
    (folder / "tweet.json").write_text(json.dumps(TWEET, indent=2))
    assert len(explained(folder, "--tweet", "tweet.json", "--format", "json")) == 1


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b"", "no tweet in standard input"),
        (b"not json\n", "-:1: "),
        (b'{"text": "no id"}\n', "-:1: its id is missing"),
        (b'{"id": "1", "text": "' + b"x" * (1 << 20) + b'"}\n', "-:1: longer than 1048576 bytes"),
        (b"[" * 200_000 + b"\n", "-:1: "),
        (b"{\n" * 100_000, "-:1: "),
    ],
)
def test_what_is_no_tweet_is_named_and_ends_with_2(folder: Path, stdin: bytes, said: str) -> None:
    program = finished("explain", "exchange-hack", "--rules", "rules.yaml", "--tweet", "-", cwd=folder, stdin=stdin)
    assert program.wait() == 2
    assert said in program.output()
    assert "Traceback" not in program.output()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "exchange-hak", "--rules", "rules.yaml"), "did you mean 'exchange-hack'?"),
        (("expand", "exchange-hak", "--rules", "rules.yaml"), "did you mean 'exchange-hack'?"),
        (("explain", "exchange-hack", "--rules", "rules.yaml", "--tweet", "none.json"), "none.json: can't be read"),
        (("explain", "exchange-hack"), "there is no configuration at tocsin.yaml"),
    ],
)
def test_a_user_mistake_is_one_line_and_ends_with_2(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    program = finished(*arguments, cwd=folder)
    assert (program.wait(), len(program.err)) == (2, 1)
    assert said in program.err[0]


def test_what_expand_prints_matches_the_same_tweets(folder: Path) -> None:
    expanded = finished("expand", "exchange-hack", "--rules", "rules.yaml", cwd=folder)
    assert expanded.wait() == 0
    (folder / "expanded.yaml").write_text("\n".join(expanded.out))
    assert "macro" not in expanded.output()
    tweet = json.dumps(TWEET).encode()
    both = [
        [json.loads(line)["rule"] for line in finished("match", "--rules", rules, cwd=folder, stdin=tweet).out]
        for rules in ("rules.yaml", "expanded.yaml")
    ]
    assert both == [["exchange-hack"], ["exchange-hack"]]


def test_expand_as_json_is_the_same_rule(folder: Path) -> None:
    printed = finished("expand", "exchange-hack", "--rules", "rules.yaml", "--format", "json", cwd=folder).out
    (document,) = map(json.loads, printed)
    rule = document["rules"]["exchange-hack"]
    assert rule["when"]["and"][1] == {"word": [{"var": "text"}, "btc", "bitcoin"]}
    assert rule["once_per"] == {"var": "id"}


def test_what_other_places_say_of_a_rule_is_told_with_them(folder: Path) -> None:
    (folder / "site.yaml").write_text("tocsin: 1\noverlay: true\nrules:\n  exchange-hack: {severity: low}\n")
    (folder / "tocsin.yaml").write_text(
        "source: {type: replay, path: tweets.jsonl}\nrules: [rules.yaml, site.yaml]\n"
        'destinations: {hook: {url: "json://127.0.0.1:9/"}}\n'
        "routes: [{notify: [hook]}]\ndefaults: {stage: shadow}\n"
    )
    (folder / "tweets.jsonl").write_text("")
    program = finished("explain", "exchange-hack", cwd=folder)
    lines = [" ".join(line.split()) for line in program.out]
    assert program.wait() == 0, program.output()
    assert "severity low site.yaml:4 (overlay)" in lines
    assert any(line.startswith("in stage shadow") and line.endswith("tocsin.yaml:5 (defaults)") for line in lines)
    assert "notify hook, as the routes decide" in lines
