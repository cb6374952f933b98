"""Reads a title or body where it stands: its mistakes get the place within the text."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from tocsin.logic.ast import Path
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.syntax.document import Document
from tocsin.rules.templates import ALERT_NAMES, MAX_SOURCE, Checked, Template, TemplateProblem, parse_template

_SIMPLE: Final = re.compile(r"(?:[^{}\x02\x03]|\{\{ ?[a-z_]+(?:\.[a-z_]+)* ?(?:\| ?clip\(\d{1,4}\) ?)?\}\})*")
_NAME: Final = re.compile(r"\{\{ ?([a-z_.]+)")
_RESERVED: Final = frozenset({"and", "else", "false", "if", "in", "is", "none", "not", "or", "true"})
"""Words that mean something to Jinja2 where a name could stand."""


@dataclass(frozen=True, slots=True)
class TemplateReader:
    """Checks templates against a vocabulary, each text once for the labels that it may name.

    Most rules have the same titles and bodies, and it takes a fifth of a millisecond to have Jinja2 look at one.
    """

    vocabulary: Vocabulary
    _known: dict[tuple[str, frozenset[str]], Checked] = field(default_factory=dict)
    _names: dict[frozenset[str], frozenset[str]] = field(default_factory=dict)

    def read(self, text: str, labels: Collection[str] = ()) -> Checked:
        """Return what `parse_template` does."""
        key = (text, frozenset(labels) if "labels" in text else frozenset())
        if key not in self._known:
            simple = self._simple(text)
            fields, filters = self.vocabulary.fields, self.vocabulary.filters
            self._known[key] = parse_template(text, fields, labels, filters) if simple is None else (simple, ())
        return self._known[key]

    def _simple(self, text: str) -> Template | None:
        """Return the template of a text with nothing but fields in it, whole or clipped; None of any other.

        Most titles are such, and for them there is nothing to parse.
        """
        if len(text) > MAX_SOURCE or _SIMPLE.fullmatch(text) is None:
            return None
        paths: list[str] = _NAME.findall(text)
        roots = {path.partition(".")[0] for path in paths}
        if roots & _RESERVED or not all(path in self.vocabulary.fields or path in ALERT_NAMES for path in paths):
            return None
        names = frozenset(roots)
        return Template(text, self._names.setdefault(names, names))


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of a template and where it stands; `is_own` if the rule says it itself."""

    text: str
    document: Document
    at: Path
    is_own: bool = True

    def template(
        self, rule_id: str, reader: TemplateReader, labels: Collection[str]
    ) -> tuple[Template | None, list[Diagnostic]]:
        """Return the template for a rule that has these labels, None where it has mistakes, and those.

        Where it is not the rule's own, only what the rule's labels lack: the rest is told where the text is read.
        """
        template, wrong = reader.read(self.text, labels)
        if not wrong:
            return template, []
        if self.is_own:
            return template, self._placed(wrong)
        return template, self._placed((p for p in wrong if _is_about_labels(p)), of=f" for rule {rule_id!r}")

    def mistakes(self, vocabulary: Vocabulary) -> list[Diagnostic]:
        """Return the mistakes that it makes for any rule, whatever labels that has."""
        _, wrong = parse_template(self.text, vocabulary.fields, (), vocabulary.filters)
        return self._placed(problem for problem in wrong if not _is_about_labels(problem))

    def _placed(self, problems: Iterable[TemplateProblem], of: str = "") -> list[Diagnostic]:
        if self.at in self.document.mistaken:
            return []
        return [
            Diagnostic(
                span=self.document.span_of(self.at, problem.name, after_line=problem.line - 1),
                severity="error",
                code=problem.code,
                message=f"{problem.message}{of}",
                hint=problem.hint,
            )
            for problem in problems
        ]


def _is_about_labels(problem: TemplateProblem) -> bool:
    return problem.name.startswith("labels.")
