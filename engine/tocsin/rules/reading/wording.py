"""Reads a title or body where it stands: its mistakes get the place within the text."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tocsin.logic.ast import Path
from tocsin.logic.vocabulary import Vocabulary
from tocsin.rules.diagnostics.diagnostic import Diagnostic
from tocsin.rules.syntax.document import Document
from tocsin.rules.templates import Template, TemplateProblem, parse_template


@dataclass(frozen=True, slots=True)
class Wording:
    """The text of a template and where it stands; `is_own` if the rule says it itself."""

    text: str
    document: Document
    at: Path
    is_own: bool = True

    def template(
        self, rule_id: str, vocabulary: Vocabulary, labels: Collection[str]
    ) -> tuple[Template | None, list[Diagnostic]]:
        """Return the template for a rule that has these labels, None where it has mistakes, and those.

        Where it is not the rule's own, only what the rule's labels lack: the rest is told where the text is read.
        """
        template, wrong = parse_template(self.text, vocabulary.fields, labels, vocabulary.filters)
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
