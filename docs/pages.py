"""An MkDocs hook that makes the reference pages of operators, keys and diagnostics: from data and code, never by hand.

Operators and keys are told in `data/`; what diagnostics mean stands beside their codes in the package; their examples
are the golden files of the tests, mistake and mended. Tests compare each of them with the code.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.structure.files import File, Files

from tocsin.config.plugged import PinShape, PluginsShape
from tocsin.config.schema import (
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
from tocsin.rules.diagnostics.codes import NUMBERS
from tocsin.rules.diagnostics.meanings import MEANINGS, REMEDIES
from tocsin.rules.reading.schema import (
    ExceptionShape,
    FileShape,
    MatchShape,
    RequiresShape,
    RuleShape,
    Shape,
    ThrottleShape,
)
from tocsin.rules.syntax.yaml import parse_document

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

HERE = Path(__file__).parent
GOLDEN = HERE.parent / "tests" / "golden"
SHAPES: Mapping[str, type[Shape]] = {
    "file": FileShape,
    "requires": RequiresShape,
    "rule": RuleShape,
    "throttle": ThrottleShape,
    "exception": ExceptionShape,
    "match": MatchShape,
    "config": ConfigShape,
    "retention": RetentionShape,
    "heartbeat": HeartbeatShape,
    "notices": NoticesShape,
    "reload": ReloadShape,
    "source": SourceShape,
    "no_tweets": NoTweetsShape,
    "subscribe": SubscribeShape,
    "destination": DestinationShape,
    "retry": RetryShape,
    "digest": DigestShape,
    "quiet": QuietShape,
    "route": RouteShape,
    "escalate": EscalateShape,
    "inhibit": InhibitShape,
    "http": HttpShape,
    "log": LogShape,
    "plugins": PluginsShape,
    "pin": PinShape,
}
"""The mappings of rule files and tocsin.yaml, by the name that `data/keys.yaml` gives them."""
GROUPS = (
    (101, "How a file is written"),
    (120, "Its shape"),
    (130, "Rules"),
    (160, "Conditions"),
    (180, "Templates"),
    (183, "Tests in rules"),
    (201, "Lint"),
    (301, "Configuration"),
)
"""Where each group of diagnostics begins."""


def on_files(files: Files, config: "MkDocsConfig") -> Files:
    """Add the generated pages."""
    for address, text in pages():
        files.append(File.generated(config, address, content=text))
    return files


def on_page_markdown(markdown: str, page: "Page", **_: Any) -> str:
    """Put the lists of pages where a page has the marks for them."""
    for mark, made in (("diagnostics", diagnostics_list), ("operators", operators_list), ("keys", keys_list)):
        place = f"<!-- {mark} -->"
        if place in markdown:
            markdown = markdown.replace(place, made())
    return markdown


def pages() -> Iterator[tuple[str, str]]:
    """Yield each generated page: its address within the documentation, and its Markdown."""
    operators = read("operators")
    for name, entry in operators.items():
        yield f"reference/operators/{slug(name, entry)}.md", operator_page(name, entry, operators)
    for section, entry in read("keys").items():
        yield f"reference/keys/{section}.md", keys_page(section, entry)
    for name, number in NUMBERS.items():
        yield f"reference/diagnostics/{number}.md", diagnostic_page(name, number)


def read(name: str) -> dict[str, Any]:
    """Return a file of `data/`."""
    document = parse_document((HERE / "data" / f"{name}.yaml").read_text(encoding="utf-8"), name)
    if not isinstance(document.value, dict):
        raise TypeError(f"data/{name}.yaml can't be read: {document.problems}")
    return document.value


def slug(name: str, entry: Mapping[str, Any]) -> str:
    """Return what the page of an operator is called."""
    return str(entry.get("page", name))


def operator_page(name: str, entry: Mapping[str, Any], operators: Mapping[str, Any]) -> str:
    """Return the page of an operator."""
    spelling = f" (`{entry['word']}`)" if "word" in entry else ""
    related = ", ".join(f"[`{other}`]({slug(other, operators[other])}.md)" for other in entry["related"])
    rows = "\n".join(
        f"| {_code(when)} | {_tweet(tweet)} | {_value(result)} |" for when, tweet, result in entry["examples"]
    )
    return f"""# `{name}`{spelling}

{entry["gives"]}

| | |
| --- | --- |
| written | {", ".join(_code(form) for form in _forms(entry["takes"]))} |
| null, and values of other types | {entry["odd"]} |
| related | {related} |

## Examples

| condition | tweet | result |
| --- | --- | --- |
{rows}

A result of *failed* is neither true nor false: it never fires a rule, not even under `not`.

[All operators](../operators.md)
"""


def operators_list() -> str:
    """Return links to the pages of all operators, by group."""
    groups: dict[str, list[str]] = {}
    for name, entry in read("operators").items():
        spelling = f" `{entry['word']}`" if "word" in entry else ""
        groups.setdefault(entry["group"], []).append(f"[`{name}`{spelling}](operators/{slug(name, entry)}.md)")
    return "\n".join(f"- {group}: {', '.join(links)}" for group, links in groups.items())


def keys_page(section: str, entry: Mapping[str, Any]) -> str:
    """Return the page of the keys of one mapping: those that this version has."""
    shape = SHAPES[section]
    told = "\n".join(_key(key, entry["keys"][key], shape) for key in keys_of(shape))
    return f"# {entry['title']}\n\n{entry['about']}\n\n{told}\n"


def keys_of(shape: type[Shape]) -> list[str]:
    """Return the keys that a mapping may have."""
    return [field.alias or name for name, field in shape.model_fields.items()]


def keys_list() -> str:
    """Return links to every key, by mapping."""
    told = read("keys")
    lines = []
    for section, shape in SHAPES.items():
        links = ", ".join(f"[`{key}`](keys/{section}.md#{key})" for key in keys_of(shape))
        lines.append(f"- [{told[section]['title']}](keys/{section}.md): {links}")
    return "\n".join(lines)


def diagnostic_page(name: str, number: str) -> str:
    """Return the page of a diagnostic: what it means, an example as it is told, how to mend it, and the file mended."""
    remedy = REMEDIES.get(name, "The hint under the caret says what to type.")
    meaning = f"# {number} {name}\n\n{MEANINGS[name]}\n{_example(number)}"
    return f"{meaning}\n## How to mend it\n\n{remedy}\n{_mended(number)}\n[All diagnostics](../diagnostics.md)\n"


def diagnostics_list() -> str:
    """Return a table of all diagnostics for each group."""
    parts: list[str] = []
    for (first, title), last in zip(GROUPS, [*(start for start, _ in GROUPS[1:]), 1000], strict=True):
        rows = [(number, name) for name, number in NUMBERS.items() if first <= int(number[1:]) < last]
        if rows:
            table = [
                f"| [`{number}`](diagnostics/{number}.md) | `{name}` | {MEANINGS[name]} |"
                for number, name in sorted(rows)
            ]
            parts.append(
                "\n".join([f"## {title}", "", "| code | name | what it means |", "| --- | --- | --- |", *table])
            )
    return "\n\n".join(parts)


def _example(number: str) -> str:
    told = _told(number)
    if told is None:
        return ""
    source = told.with_suffix(".yaml").read_text(encoding="utf-8").rstrip()
    return f"\n## An example\n\n```yaml\n{source}\n```\n\n```text\n{told.read_text(encoding='utf-8').rstrip()}\n```\n"


def _mended(number: str) -> str:
    told = _told(number)
    if told is None or not _mended_file(told).exists():
        return ""
    return f"\n```yaml\n{_mended_file(told).read_text(encoding='utf-8').rstrip()}\n```\n"


def _mended_file(told: Path) -> Path:
    return GOLDEN / "mended" / f"{told.stem}.yaml"


def _told(number: str) -> Path | None:
    """Return the golden file that shows a diagnostic with the fewest others, one with a mended version if there is."""
    golden = [path for folder in ("mistakes", "configuration") for path in sorted((GOLDEN / folder).glob("*.txt"))]
    found = [(not _mended_file(path).exists(), len(codes), path) for path in golden
             if number in (codes := re.findall(r"\[(T\d+) ", path.read_text(encoding="utf-8")))]  # fmt: skip
    return min(found)[2] if found else None


def _key(key: str, entry: Mapping[str, str], shape: type[Shape]) -> str:
    field = next(field for name, field in shape.model_fields.items() if (field.alias or name) == key)
    default = field.get_default(call_default_factory=True)
    without = "" if isinstance(default, Shape) or default in (None, "", [], {}) else f" Without it: {_value(default)}."
    needed = " It must be there." if field.is_required() else ""
    said = f"Takes {entry['takes']}. {entry['says']}{without}{needed}"
    return f"## `{key}` {{#{key}}}\n\n{said}\n\n```yaml\n{entry['example']}\n```\n"


def _forms(takes: str) -> list[str]:
    return re.split(r"(?<=\}), ", takes)


def _tweet(fields: Mapping[str, Any]) -> str:
    return ", ".join(_code(f"{name}: {_plain(value)}") for name, value in fields.items()) or "*nothing*"


def _value(value: object) -> str:
    return "*failed*" if value == "failed" else _code(_plain(value))


def _plain(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(_plain(item) for item in value)}]"
        case dict():
            return f"{{{', '.join(f'{key}: {_plain(item)}' for key, item in value.items())}}}"
        case _:
            return str(value)


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")
