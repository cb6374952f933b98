"""`tocsin import`: rules written for something else, turned into ours."""

import json
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from tocsin.errors import ConfigError
from tocsin.importing.report import as_text
from tocsin.importing.writing import about_left_out, as_json, as_yaml
from tocsin.importing.xrule import Imported, XRule, import_rules, x_rules
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules

MAX_INPUT_BYTES = 1 << 20
"""The largest file of X rules that is read: X allows an account some thousands of 2,048 characters at most."""


@click.group("import")
def import_() -> None:
    """Turn rules that were written for something else into ours.

    \b
    Example:
      tocsin import x-rule '(cat OR dog) -is:retweet' > rules/pets.yaml
    """


# A rule may well begin with a dash: -is:retweet. Hence no short options, not even -h.
@import_.command("x-rule", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("rules", nargs=-1, required=True, metavar="RULE|FILE|-...")
@click.option("--id", "rule_id", default="", help="The id of the rule; by default made of its tag or first words.")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
@click.option(
    "--lenient", is_flag=True,
    help="Leave out what the stream can't tell, where the rule then matches more and never less.",
)  # fmt: skip
def x_rule(rules: tuple[str, ...], rule_id: str, form: str, lenient: bool) -> None:
    """Print X (Twitter) rules as a rule file of ours.

    RULE is one rule in the syntax of X's filtered stream and search. A FILE, or standard input (-), holds one rule a
    line, or what X's API answers: {"data": [{"value": …, "tag": …}]}.

    A rule becomes one that asks exactly the same, or is refused: what the stream's tweets can't tell is named, on
    standard error, under the place where the rule asks for it.

    Exit status: 0 all rules are there, 1 some were refused, 2 usage.

    \b
    Example:
      tocsin import x-rule '(cat OR "big dog") from:alice -is:retweet lang:en' > rules/cats.yaml
      tocsin import x-rule x-rules.json --lenient
    """
    if rule_id and not re.fullmatch(r"(?!x-)[a-z0-9][a-z0-9-]*", rule_id):
        raise click.UsageError(f"--id {rule_id!r}: an id has a-z, 0-9 and -, and doesn't begin with x-")
    imported = import_rules([rule for text in rules for rule in _read(text)], rule_id=rule_id, lenient=lenient)
    usable = [rule for rule in imported if rule.content is not None]
    output = as_json(usable) if form == "json" else as_yaml(usable)
    if usable:
        _check(output, form, len(usable))
        click.echo(output, nl=False)
    _tell(imported)
    sys.exit(0 if len(usable) == len(imported) else 1)


def _read(text: str) -> list[XRule]:
    """Return the rules that an argument stands for."""
    if text == "-":
        return _rules_in(sys.stdin.buffer.read(MAX_INPUT_BYTES + 1), "standard input")
    if _names_a_file(text):
        with Path(text).open("rb") as file:
            return _rules_in(file.read(MAX_INPUT_BYTES + 1), text)
    return [XRule(value=text)]


def _names_a_file(text: str) -> bool:
    # A path has a dot or a slash in it, which no bare word of a rule has.
    if not any(mark in text for mark in "./"):
        return False
    try:
        return Path(text).is_file()
    except OSError:
        # Longer than any name of a file, for one.
        return False


def _rules_in(raw: bytes, name: str) -> list[XRule]:
    if len(raw) > MAX_INPUT_BYTES:
        raise ConfigError(f"{name} is larger than {MAX_INPUT_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} is not UTF-8 text") from error
    if text.lstrip()[:1] in {"{", "["}:
        return _rules_in_json(text, name)
    rules = [XRule(value=line.strip()) for line in text.splitlines() if line.strip()]
    if not rules:
        raise ConfigError(f"{name} holds no rule; write one a line")
    return rules


def _rules_in_json(text: str, name: str) -> list[XRule]:
    try:
        rules = x_rules(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{name} is no JSON: {error}") from error
    if not rules:
        raise ConfigError(f'{name} holds no rules; X\'s API answers {{"data": [{{"value": "cat", "tag": "cats"}}]}}')
    return rules


def _check(output: str, form: str, count: int) -> None:
    """Read the output as `tocsin check` would: what is printed can be saved and run."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"imported.{form}"
        file.write_text(output, encoding="utf-8")
        loaded = load_rules([file], standard_vocabulary())
    if loaded.ruleset is None:
        first = loaded.diagnostics[0]
        raise ConfigError(f"the imported rules can't be used, line {first.span.line}: {first.message}; {first.hint}")
    if len(loaded.ruleset.rules) != count:
        raise AssertionError("a rule was lost on the way into the rule file")


def _tell(imported: Sequence[Imported]) -> None:
    for rule in imported:
        click.echo(as_text(rule), err=True, nl=False)
    for rule in imported:
        for refusal in rule.left_out:
            click.echo(f"{rule.id}: left out: {about_left_out(rule, refusal)}", err=True)
        for remark in rule.remarks:
            click.echo(f"{rule.id}: {remark}", err=True)
    for note in dict.fromkeys(note for rule in imported for note in rule.notes):
        click.echo(f"note: {note}", err=True)
