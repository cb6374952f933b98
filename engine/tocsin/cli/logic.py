"""`tocsin logic`: JSON-logic evaluated, one expression or many."""

import json
from typing import IO, Any, Final

import click

from tocsin.errors import ConfigError, TocsinError
from tocsin.logic.evaluation.compile import Limits, TermFailed, compile_value
from tocsin.logic.facts import Facts
from tocsin.logic.parse import Scope, parse
from tocsin.logic.vocabulary import standard_vocabulary

LIMITS: Final = Limits(steps=1_000_000, characters=16 * 1024 * 1024)
"""What one expression may do here: more than a rule on a tweet, as nobody waits behind it."""


class NoValue(TocsinError):
    """An expression that can't be read or evaluated."""


@click.command()
@click.argument("expression", required=False)
@click.argument("data", required=False, default="null")
@click.option("--batch", is_flag=True, help='Read {"rule": …, "data": …} a line, from the file named or stdin ("-").')
def logic(expression: str | None, data: str, batch: bool) -> None:
    """Evaluate JSON-logic.

    Prints the value of EXPRESSION on DATA, both JSON, as JSON.

    With --batch the one argument is a file of lines (or -, standard input); each gives one line, {"value": …} or
    {"error": …}.

    \b
    Example:
      tocsin logic '{">": [{"var": "likes"}, 10]}' '{"likes": 12}'
      echo '{"rule": {"+": [1, 2]}, "data": {}}' | tocsin logic --batch
    """
    if batch:
        with _lines(expression or "-") as lines:
            for line in lines:
                if line.strip():
                    click.echo(_batch_line(line))
        return
    if expression is None:
        raise click.UsageError("an EXPRESSION is missing; or use --batch")
    click.echo(_as_json(evaluate(read_json(expression, "the expression"), read_json(data, "the data"))))


def _lines(name: str) -> IO[bytes]:
    try:
        return click.open_file(name, "rb")
    except OSError as error:
        raise ConfigError(f"{name} can't be read: {error.strerror}") from error


def evaluate(rule: Any, data: Any) -> Any:
    """Return the value of a JSON-logic rule on any JSON.

    Raises:
        NoValue: it is no JSON-logic, or couldn't be evaluated.
    """
    # Data need not be tweets: nothing is derived from it.
    vocabulary = standard_vocabulary({})
    parsed = parse(rule, Scope(vocabulary, check_fields=False))
    if parsed.expr is None:
        raise NoValue("; ".join(f"{problem.message}" for problem in parsed.problems))
    try:
        return compile_value(parsed.expr, vocabulary, LIMITS)(Facts(data))
    except TermFailed as failure:
        raise NoValue(failure.error) from failure


def read_json(text: str | bytes, what: str) -> Any:
    """Return the JSON of a text.

    Raises:
        NoValue: it is none: malformed, nested too deeply, or with numbers that JSON hasn't.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise NoValue(f"{what} is nested too deeply") from error
    except ValueError as error:
        raise NoValue(f"{what} is no JSON: {error}") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _batch_line(line: bytes) -> str:
    try:
        case = read_json(line, "the line")
        if not isinstance(case, dict) or "rule" not in case:
            raise NoValue('a line is {"rule": …, "data": …}')
        return _as_json({"value": evaluate(case["rule"], case.get("data"))})
    except NoValue as error:
        return _as_json({"error": str(error)})


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise NoValue(f"the value can't be written as JSON: {error}") from error
