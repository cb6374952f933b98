"""The schema of conditions: one key for each operator, so that editors complete, explain and check them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from tocsin.hookspecs import Operator
from tocsin.logic.evaluation.text import TEXT_OPERATORS
from tocsin.logic.vocabulary import ARITY, SCOPED, WORD_FORMS, Vocabulary
from tocsin.schemas.words import FIELDS, OPERATORS

Schema: TypeAlias = dict[str, Any]
Where: TypeAlias = Literal["tweet", "element"]
"""What `.field` means at a place: one of the tweet's, or anything of an element of a list."""

_CALLS: Final[Mapping[Where, str]] = {"tweet": "operator", "element": "operator-on-element"}
PATTERN: Final[Schema] = {"$ref": "#/definitions/pattern"}
_NO_SUCH_FIELD: Final = "No such field; to read it all the same, write {var: [name, null]}."
# Operators that compare and compute: there, text that looks like a field is one.
_STRICT: Final = frozenset({"!", "!!", "and", "or", ">", ">=", "<", "<=", "max", "min", "+", "-", "*", "/", "%"})


def ref(name: str) -> Schema:
    """Return a reference to a definition."""
    return {"$ref": f"#/definitions/{name}"}


def texts() -> Schema:
    """Return the schema of one text or a list of texts."""
    text: Schema = {"type": "string", "minLength": 1}
    return {"anyOf": [text, {"type": "array", "minItems": 1, "items": text}]}


def described(text: str) -> Schema:
    """Return what an editor says of something, for those that know Markdown and those that don't."""
    return {"description": text.replace("`", ""), "markdownDescription": text}


def expression_definitions(vocabulary: Vocabulary, *, open_fields: Collection[str] = ()) -> dict[str, Schema]:
    """Return the definitions that conditions are made of: `condition`, `expression`, `words` and what they need.

    Below `open_fields`, such as `labels`, any name is a field.
    """
    fields = _Fields(vocabulary, tuple(open_fields))
    composer = _Composer(vocabulary)
    return {
        "condition": {
            **described("What must be true of a tweet: an operator with its arguments, or a field."),
            "anyOf": [ref("operator"), ref("field"), {"type": "boolean"}],
        },
        "expression": {
            "anyOf": [ref("operator"), ref("field"), *_OTHER_VALUES, _array_of(ref("expression")), _no_field()]
        },
        "operand": {
            "anyOf": [
                ref("operator"), ref("field"), *_OTHER_VALUES, _array_of(ref("operand")), fields.text_or_quoted()
            ]
        },
        "element": {
            "anyOf": [ref("operator-on-element"), *_OTHER_VALUES, {"type": "string"}, _array_of(ref("element"))]
        },
        "field": fields.shorthand(),
        "path": fields.path(),
        "pattern": _pattern(),
        "words": _words(),
        **composer.calls("tweet"),
        **composer.calls("element"),
    }  # fmt: skip


_OTHER_VALUES: Final[list[Schema]] = [{"type": ["number", "boolean", "null"]}]


def _array_of(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _no_field() -> Schema:
    return {"type": "string", "pattern": r"^(?!\.[A-Za-z])", "patternErrorMessage": _NO_SUCH_FIELD}


def _pattern() -> Schema:
    listed = _list_reference()
    return {"anyOf": [{"type": "string", "minLength": 1}, listed]}


def _words() -> Schema:
    return {"anyOf": [PATTERN, {"type": "array", "minItems": 1, "items": PATTERN}]}


def _list_reference() -> Schema:
    return {
        "type": "object",
        "properties": {"list": {"type": "string", **described(OPERATORS["list"][0])}},
        "required": ["list"],
        "additionalProperties": False,
    }


@dataclass(frozen=True, slots=True)
class _Fields:
    vocabulary: Vocabulary
    open: tuple[str, ...]

    def shorthand(self) -> Schema:
        """`.field`, each name offered with what it holds, and what lies below a list or an undescribed object."""
        names = sorted(self.vocabulary.fields)
        about = [_about_field(name, self.vocabulary.fields[name]) for name in names]
        known: Schema = {
            "enum": [f".{name}" for name in names],
            "enumDescriptions": about,
            "markdownEnumDescriptions": about,
        }
        return {"anyOf": [known, *self._below(r"\.")]}

    def path(self) -> Schema:
        """The same as `var` takes it, without the dot; `""` is the whole tweet."""
        names = sorted(self.vocabulary.fields)
        about = [_about_field(name, self.vocabulary.fields[name]) for name in names]
        known: Schema = {
            "enum": [*names, ""],
            "enumDescriptions": [*about, "The whole tweet."],
            "markdownEnumDescriptions": [*about, "The whole tweet."],
        }
        return {"anyOf": [known, *self._below("")]}

    def text_or_quoted(self) -> Schema:
        """Text beside a field. Quoted text may begin with a dot, which JSON can't tell from a field: `".com"`.

        Only what begins with one of the tweet's objects is sure to be a misspelt field.
        """
        objects = [name for name, kind in self.vocabulary.fields.items() if kind == "object" and "." not in name]
        roots = "|".join(re.escape(name) for name in objects if name not in self.open)
        return {"type": "string", "pattern": rf"^(?!\.({roots})\.)", "patternErrorMessage": _NO_SUCH_FIELD}

    def _below(self, dot: str) -> list[Schema]:
        parents = [name for name, kind in self.vocabulary.fields.items() if kind in {"list", "any"}]
        found: list[Schema] = []
        for names in (parents, self.open):
            if names:
                listed = "|".join(re.escape(name) for name in sorted(names))
                found.append({"type": "string", "pattern": rf"^{dot}({listed})\.[^.]+$"})
        return found


def _about_field(name: str, kind: str) -> str:
    return f"{FIELDS.get(name, 'Brought by a plugin.')} ({kind})"


@dataclass(frozen=True, slots=True)
class _Composer:
    vocabulary: Vocabulary

    def calls(self, where: Where) -> dict[str, Schema]:
        """Return the definition of a call: a mapping of one key, which is an operator."""
        arguments = {name: self._standard(name, where) for name in ARITY}
        arguments |= dict.fromkeys(TEXT_OPERATORS, self._text(where))
        arguments["between"] = self._arity(3, 3, _inner(where, strict=True))
        arguments |= {"macro": {"type": "string"}, "list": {"type": "string"}}
        properties = {
            name: {"title": name, **described(_about_operator(name)), **schema} for name, schema in arguments.items()
        }
        properties |= {written: properties[name] for written, name in WORD_FORMS.items()}
        properties["?:"] = {"title": "?:", **described(_about_operator("if")), **self._arity(3, 3, _inner(where))}
        for operator in self.vocabulary.operators.values():
            about = f"{operator.doc}\n\nExample: `{operator.example}`"
            properties[operator.name] = {"title": operator.name, **described(about), **self._plugin(operator, where)}
        call = {
            "type": "object",
            "properties": {name: properties[name] for name in sorted(properties)},
            "additionalProperties": False,
            "minProperties": 1,
            # Apart, since yaml-language-server offers nothing on an empty line of a mapping that has it itself.
            "allOf": [{"maxProperties": 1}],
        }
        return {_CALLS[where]: call}

    def _standard(self, name: str, where: Where) -> Schema:
        least, most = ARITY[name]
        match name:
            case "var":
                return self._var(where)
            case "missing":
                return {"anyOf": [_path(where), _array_of({"anyOf": [_path(where), ref(_CALLS[where])]})]}
            case "missing_some":
                names = _array_of(_path(where))
                return {"type": "array", "minItems": 2, "maxItems": 2, "items": [{"type": "number"}, names]}
            case _ if name in SCOPED:
                inner = [_inner(where), ref("element"), ref("element")]
                return {"type": "array", "minItems": least, "maxItems": most, "items": inner}
            case _:
                return self._arity(least, most, _inner(where, strict=name in _STRICT))

    def _var(self, where: Where) -> Schema:
        path = _path(where)
        index: Schema = {"type": ["integer", "null"]}
        alone = {"type": "array", "maxItems": 1, "items": {"anyOf": [path, index, ref("operator")]}}
        default = {
            "type": "array",
            "minItems": 2,
            "maxItems": 2,
            "items": [{"anyOf": [{"type": "string"}, index, ref("operator")]}, _inner(where)],
        }
        return {"anyOf": [path, index, alone, default]}

    def _text(self, where: Where) -> Schema:
        # A number as the first of several would be a subject, and numbers are no texts.
        first = {"anyOf": [PATTERN, ref(_CALLS[where]), *([ref("field")] if where == "tweet" else [])]}
        if where == "tweet":
            first = {"allOf": [first, ref("operand")]}
        several = {"type": "array", "minItems": 1, "items": [first], "additionalItems": PATTERN}
        return {"anyOf": [PATTERN, several]}

    def _plugin(self, operator: Operator, where: Where) -> Schema:
        least = len(operator.arguments)
        return self._arity(least, None if operator.variadic else least, _inner(where))

    def _arity(self, least: int, most: int | None, inner: Schema) -> Schema:
        """Return so many arguments in a list; a single one may stand by itself."""
        several: Schema = {"type": "array", "minItems": least, "items": inner}
        if most is not None:
            several["maxItems"] = most
        if least > 1:
            return several
        return {"anyOf": [{"allOf": [inner, {"type": ["object", "string", "number", "boolean", "null"]}]}, several]}


def _path(where: Where) -> Schema:
    return ref("path") if where == "tweet" else {"type": "string"}


def _inner(where: Where, *, strict: bool = False) -> Schema:
    if where == "element":
        return ref("element")
    return ref("expression" if strict else "operand")


def _about_operator(name: str) -> str:
    sentence, example = OPERATORS[name]
    return f"{sentence}\n\nExample: `{example}`"
