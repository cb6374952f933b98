"""A thousand rules in a hundred files, as a large team has them."""

import time
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules

RULE = """\
  rule-{file}-{rule}:
    title: "{{{{ user.name }}}} on {word}: {{{{ text | clip(120) }}}}"
    description: Somebody with a following says {word}.
    severity: high
    labels: {{team: team-{file}}}
    when:
      and:
        - {{macro: organic-{file}}}
        - {{word: [{word}, "{word} again", {{list: words-{file}}}]}}
        - or: [{{gt: [.user.followers, {rule}000]}}, {{contains: [{word}ing]}}]
    tests:
      - {{tweet: {{text: "{word} again", user.followers: 100000}}, expect: match}}
      - {{tweet: {{text: nothing}}, expect: no_match}}
"""
HEAD = "lists:\n  words-{file}: [outage, down, slow]\nmacros:\n  organic-{file}: {{not: .is_retweet}}\nrules:\n"


@pytest.mark.slow
def test_a_thousand_rules_in_a_hundred_files_are_checked(tmp_path: Path) -> None:
    for file in range(100):
        rules = (RULE.format(file=file, rule=rule, word=f"w{rule}") for rule in range(10))
        (tmp_path / f"{file}.yaml").write_text(HEAD.format(file=file) + "".join(rules), encoding="utf-8")
    begun = time.process_time()
    loaded = load_rules([tmp_path], standard_vocabulary())
    print(f"1,000 rules in 100 files: {time.process_time() - begun:.2f} s")
    assert loaded.diagnostics == ()
    assert loaded.ruleset is not None
    assert len(loaded.ruleset.rules) == 1_000
