"""Writes alerts into an SQL database: a tocsin action."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from tocsin.hookspecs import Action, Alert, Outcome, hookimpl

__all__ = ["SqlOptions"]

tocsin_api = 1


class SqlOptions(BaseModel):
    """What a destination says beside `action: sql`.

    `database` is an SQLAlchemy URL. `table` is made if it isn't there, unless `create` is false.
    """

    # A URL holds a password: no error message shows what it was given.
    model_config = ConfigDict(hide_input_in_errors=True)

    database: SecretStr
    table: str = Field(default="tocsin_alerts", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")
    create: bool = True

    @field_validator("database")
    @classmethod
    def _is_usable(cls, url: SecretStr) -> SecretStr:
        # SQLAlchemy takes 0.2 s to load: only for who uses it, not for each `tocsin check`.
        from tocsin_sql.table import check_url

        check_url(url.get_secret_value())
        return url


@hookimpl
def tocsin_actions(register: Any) -> None:
    """Register the action."""
    register(
        Action(
            name="sql",
            perform=perform,
            options=SqlOptions,
            timeout=timedelta(seconds=15),
            doc="Inserts the alert as a row into a table of any database that SQLAlchemy knows.",
        )
    )


def perform(alert: Alert, options: SqlOptions) -> Outcome:
    """Write the alert into the destination's table; once, however often it is called."""
    from tocsin_sql.table import write

    return write(alert, options.database.get_secret_value(), options.table, create=options.create)
