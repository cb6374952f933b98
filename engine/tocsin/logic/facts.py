"""What there is to know of one tweet, worked out once however many rules ask."""

from collections.abc import Mapping
from typing import Any

from tocsin.logic.evaluation.text import TextForms
from tocsin.logic.fields import DERIVED


class Facts:
    """A tweet's data, its texts in the forms that operators look at, and its derived fields, each made once.

    `text` has the forms of the tweet's own text, which nearly every rule asks for; None where it has none, or what is
    there is no text.
    """

    __slots__ = ("_derived", "_forms", "data", "text")

    text: TextForms | None

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self._forms: dict[str, TextForms] = {}
        self._derived: dict[str, Any] = {}

    def __getattr__(self, name: str) -> TextForms | None:
        """Work out `text` when it is first asked for: rules that don't fold a text needn't pay for it."""
        if name != "text":
            raise AttributeError(name)
        text = self.data.get("text") if type(self.data) is dict else None
        self.text = self.forms(text) if type(text) is str else None
        return self.text

    def forms(self, text: str) -> TextForms:
        """Return the forms of a text."""
        forms = self._forms.get(text)
        if forms is None:
            forms = self._forms[text] = TextForms(text)
        return forms

    def derived(self, name: str) -> Any:
        """Return a derived field by its name in `DERIVED`."""
        if name not in self._derived:
            text = self.data.get("text")
            self._derived[name] = DERIVED[name](self.data, self.forms(text if isinstance(text, str) else ""))
        return self._derived[name]

    def apart(self) -> "Facts":
        """Return facts of the same tweet that keep what they work out to themselves."""
        return Facts(self.data)
