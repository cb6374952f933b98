"""An MkDocs hook that writes a page for each rule pack from the pack itself: what it is for, its rules, its tests."""

from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tocsin.logic.proofs.english import outline
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.logic.walk import fields_read
from tocsin.rules.cases import MATCH, NO_MATCH, Case, Expectation
from tocsin.rules.printing import throttle_words
from tocsin.rules.reading.load import load_rules
from tocsin.rules.ruleset import Rule

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

RULES = Path(__file__).parent.parent / "rules"
FOLDER = "packs"


def on_files(files: "Files", config: "MkDocsConfig", **_: Any) -> "Files":
    """Add a page for each pack, and one that lists them."""
    from mkdocs.structure.files import File

    packs = sorted(RULES.glob("*.yaml"))
    for pack in packs:
        files.append(File.generated(config, f"{FOLDER}/{pack.stem}.md", content=page_of(pack)))
    files.append(File.generated(config, f"{FOLDER}/index.md", content=overview(packs)))
    return files


def overview(packs: Sequence[Path]) -> str:
    """Return the page that lists the packs."""
    rows = [f"| [{title(pack)}]({pack.stem}.md) | {len(rules_of(pack))} | {_head(pack)[0]} |" for pack in packs]
    return _OVERVIEW.format(rows="\n".join(rows))


_OVERVIEW = """# Rule packs

Sets of rules that work as they stand and are meant to be copied: take one into your own `rules/`, change its lists
first, then the tests that name what was in them.

| pack | rules | |
| --- | --- | --- |
{rows}

Every rule brings [tests](../reference/rule-tests.md) along that notice any small change of it: `tocsin test rules/
--mutate` finds no mutant that survives.
"""


def page_of(pack: Path) -> str:
    """Return the page of a pack."""
    rules = rules_of(pack)
    lines = [f"# {title(pack)}", ""]
    for paragraph in _head(pack):
        lines += [paragraph, ""]
    lines += ["| rule | severity | labels | what it says |", "| --- | --- | --- | --- |"]
    lines += [_summary(rule) for rule in rules]
    for rule in rules:
        lines += ["", *_section(rule)]
    return "\n".join([*lines, ""])


def _summary(rule: Rule) -> str:
    says = f"<code>{_cell(rule.title.source)}</code>"
    return f"| [`{rule.id}`](#{rule.id}) | {rule.severity.value} | {_labels(rule)} | {says} |"


def title(pack: Path) -> str:
    """Return what a pack is called."""
    return pack.stem.replace("-", " ").capitalize()


def rules_of(pack: Path) -> list[Rule]:
    """Return the rules of a pack in the order of the file."""
    loaded = load_rules([pack], standard_vocabulary())
    if loaded.ruleset is None:
        raise ValueError(f"{pack} has errors; `tocsin check` tells them")
    return sorted(loaded.ruleset.rules.values(), key=lambda rule: rule.span)


def _head(pack: Path) -> list[str]:
    """Return the paragraphs of the comment that a pack begins with; its name, which stands before a colon, left out."""
    comment = takewhile(lambda line: line.startswith("#"), pack.read_text("utf-8").splitlines())
    lines = [line.removeprefix("#").strip() for line in comment]
    first, *rest = (" ".join(group) for filled, group in groupby(lines, key=bool) if filled)
    said = first.partition(": ")[2]
    return [said[:1].upper() + said[1:], *rest]


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id}"
    yield ""
    if rule.description:
        yield f"{rule.description}"
        yield ""
    for clause in outline(rule.condition):
        yield f"{'    ' * clause.depth}- {_cell(clause.text)}"
    yield ""
    reads = ", ".join(f"`{name}`" for name in sorted(fields_read(rule.condition)))
    upstream = "the stream is asked for what its `match` names" if rule.match else "it needs a wide subscription"
    yield f"It reads {reads}; {upstream}."
    yield ""
    if rule.throttle is not None:
        yield f"Held back: {throttle_words(rule.throttle)}, then `{rule.throttle.then}`."
        yield ""
    yield "| its tests | |"
    yield "| --- | --- |"
    for _, group in groupby(rule.cases, key=lambda case: case.span):
        yield _row(list(group))


def _row(cases: Sequence[Case]) -> str:
    """Return a row for one entry of `tests`: of a test with `each`, the first case and how many there are like it."""
    first = cases[0]
    given = first.given[0].fields
    fields = sorted(given.items(), key=_order)
    said = "; ".join(_cell(f"“{value}”" if name == "text" else f"{name} {value}") for name, value in fields)
    if not str(given.get("text", "")).startswith(first.name.rstrip("…")) and "text" in given:
        said = f"*{_cell(first.name.partition(' [')[0])}*: {said}"
    more = f" *and {len(cases) - 1} like it*" if len(cases) > 1 else ""
    return f"| {said}{more} | {_expected(first.expect)} |"


def _order(field: tuple[str, object]) -> tuple[bool, str]:
    return field[0] != "text", field[0]


def _expected(expect: Expectation) -> str:
    if expect == NO_MATCH:
        return "no match"
    return "**match**" if expect == MATCH else f"{expect.least} alerts"


def _labels(rule: Rule) -> str:
    return ", ".join(f"{name}: {value}" for name, value in rule.labels.items())


def _cell(text: str) -> str:
    """Return text for a cell of a table or an item of a list: nothing in it is markup."""
    return " ".join(text.split()).translate(_ESCAPED)


_ESCAPED = str.maketrans({char: f"&#{ord(char)};" for char in "\\`*_[]<>|#&"})
