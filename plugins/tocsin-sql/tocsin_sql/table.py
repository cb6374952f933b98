"""One row an alert. The only importer of SQLAlchemy.

Each write opens a connection and closes it: alerts are rare, and a connection kept for hours is one that a firewall or
a restart of the server has cut.
"""

import json
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, DateTime, MetaData, String, Table, Text, create_engine, insert, select
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from tocsin.hookspecs import Alert, Delivered, Outcome, Refused, Unreachable


def check_url(url: str) -> None:
    """Return if the URL names a kind of database that can be used here.

    Raises:
        ValueError: it is no URL, or the driver isn't installed; the message doesn't quote it.
    """
    try:
        dialect = make_url(url).get_dialect()
        driver = dialect.import_dbapi()
    except NoSuchModuleError as error:
        raise ValueError("SQLAlchemy knows no such database; the part before :// names it") from error
    except (ArgumentError, ValueError) as error:
        raise ValueError("no SQLAlchemy URL: write postgresql+psycopg://user@host/name or sqlite:///file.db") from error
    except ImportError as error:
        raise ValueError(f"its driver isn't installed: pip install {error.name}") from error
    del driver


def write(alert: Alert, url: str, table_name: str, *, create: bool) -> Outcome:
    """Insert the alert unless its id is there, and return how that ended.

    A database that can't be reached, is locked or busy is Unreachable, so the alert is tried again; one that says no
    (no such table, no permission, a value that doesn't fit) has Refused it.
    """
    engine, table = _engine(url), table_of(table_name)
    try:
        if create:
            table.create(engine, checkfirst=True)
        with engine.begin() as connection:
            connection.execute(insert(table).values(row_of(alert)))
    except IntegrityError as error:
        # Written by an earlier call whose answer got lost, or refused by a constraint of somebody's own.
        return Delivered("the row was there already") if _is_there(engine, table, alert) else _refused(error, url)
    except (OperationalError, InterfaceError) as error:
        return _refused(error, url) if _is_lasting(error) else Unreachable(_reason(error, url))
    except SQLAlchemyError as error:
        return _refused(error, url)
    return Delivered(f"a row in {table_name}")


def table_of(name: str) -> Table:
    """Return the table as it is made where it doesn't exist; `labels`, `because` and `tweet` hold JSON text."""
    return Table(
        name,
        MetaData(),
        Column("id", String(32), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False, index=True),
        Column("rule", String(200), nullable=False, index=True),
        Column("key", Text, nullable=False),
        Column("severity", String(16), nullable=False),
        Column("title", Text, nullable=False),
        Column("body", Text, nullable=False),
        Column("labels", Text, nullable=False),
        Column("because", Text, nullable=False),
        Column("tweet_id", String(64), nullable=False),
        Column("tweet", Text, nullable=False),
    )


def row_of(alert: Alert) -> dict[str, Any]:
    """Return the alert as a row. JSON is written in ASCII: tweets hold what databases refuse, such as NUL."""
    return {
        "id": alert.id,
        "at": alert.at,
        "rule": alert.rule_id,
        "key": _storable(alert.key),
        "severity": alert.severity.value,
        "title": _storable(alert.title.plain()),
        "body": _storable(alert.body.plain()),
        "labels": json.dumps(dict(alert.labels)),
        "because": json.dumps(list(alert.because)),
        "tweet_id": _storable(alert.tweet.id)[:64],
        "tweet": json.dumps(alert.tweet.data, default=dict),
    }


def _storable(text: str) -> str:
    """Return text that every database takes: lone surrogates and NUL as a replacement character."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


@lru_cache(maxsize=64)
def _engine(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool, hide_parameters=True)


def _is_there(engine: Engine, table: Table, alert: Alert) -> bool:
    try:
        with engine.connect() as connection:
            return connection.execute(select(table.c.id).where(table.c.id == alert.id)).first() is not None
    except SQLAlchemyError:
        return False


_LASTING = (
    "no such table",
    "has no column",
    "readonly",
    "unable to open",
    "does not exist",
    "denied",
    "unknown column",
)
"""What drivers say as an operational error though trying again doesn't help; in their own words."""


def _is_lasting(error: DBAPIError) -> bool:
    said = str(error.orig).lower()
    return any(words in said for words in _LASTING)


def _refused(error: SQLAlchemyError, url: str) -> Refused:
    return Refused(_reason(error, url))


def _reason(error: SQLAlchemyError, url: str) -> str:
    """Return what the driver said, on one line, the URL's user name and password taken out."""
    said = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
    parts: URL = make_url(url)
    for secret in (url, parts.password, parts.username):
        if secret:
            said = said.replace(str(secret), "***")
    return f"{type(error).__name__}: {said}"
