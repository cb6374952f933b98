"""Hands alerts to a command of this machine: a tocsin action."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, create_model

from tocsin.hookspecs import Action, Alert, Outcome, hookimpl
from tocsin_exec.command import perform

__all__ = ["Options"]

tocsin_api = 1

MAX_TIMEOUT_S = 60.0


class Options(BaseModel):
    """`plugins.exec` in tocsin.yaml: `allow` lists the programs, by absolute path, that destinations may name."""

    allow: tuple[Path, ...] = ()


class ExecOptions(BaseModel):
    """What a destination says beside `action: exec`.

    `command` is the program and its arguments, as they are: no shell reads them. `timeout_s` is how long it may run.
    """

    command: list[str] = Field(min_length=1)
    timeout_s: float = Field(default=10.0, gt=0, le=MAX_TIMEOUT_S)


@hookimpl
def tocsin_options() -> type[BaseModel]:
    """Declare the options."""
    return Options


@hookimpl
def tocsin_actions(register: Any, options: Options) -> None:
    """Register the action; the allow-list becomes part of the check of its options."""
    checked = Annotated[list[str], Field(min_length=1), AfterValidator(partial(allowed, options.allow))]
    model = create_model("AllowedExecOptions", __base__=ExecOptions, command=(checked, ...))
    register(
        Action(
            name="exec",
            perform=run,
            options=model,
            # More than the longest that a command may run, so that the plugin ends it first and with its whole group.
            timeout=timedelta(seconds=MAX_TIMEOUT_S + 5),
            doc="Runs a command with the alert as JSON on its standard input.",
        )
    )


def allowed(allow: tuple[Path, ...], command: list[str]) -> list[str]:
    """Return the command.

    Raises:
        ValueError: its program isn't on the list, by the very path that stands there.
    """
    program = Path(command[0])
    if program not in allow or not program.is_absolute() or ".." in program.parts:
        known = ", ".join(map(str, allow)) or "nothing"
        raise ValueError(f"{program} may not be run: plugins.exec.allow in tocsin.yaml has {known}")
    return command


def run(alert: Alert, options: ExecOptions) -> Outcome:
    """Run the destination's command with this alert."""
    return perform(alert, tuple(options.command), timeout_s=options.timeout_s)
