"""Rows in real SQLite files: once each, whatever goes wrong."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from tocsin_sql import SqlOptions, perform, tocsin_actions

from tocsin.hookspecs import Action, Alert, Delivered, Refused, Unreachable
from tocsin.model import Fragment, RichText, RuleId, Severity, alert_id
from tocsin.testing import EPOCH, make_tweet


def alert(number: int = 1, text: str = "火事") -> Alert:
    return Alert(
        id=alert_id(RuleId("fire"), "", str(number)),
        rule_id=RuleId("fire"),
        key="",
        severity=Severity.CRITICAL,
        at=EPOCH,
        title=RichText((Fragment("Fire: ", trusted=True), Fragment(text, trusted=False))),
        body=RichText(()),
        labels={"team": "ops"},
        tweet=make_tweet(text),
        because=("word fire",),
    )


def given(url: str, **more: Any) -> SqlOptions:
    return SqlOptions.model_validate({"database": url, **more})


def options(path: Path, **more: Any) -> SqlOptions:
    return given(f"sqlite:///{path}", **more)


def rows(path: Path, query: str = "SELECT * FROM tocsin_alerts") -> list[dict[str, Any]]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(query)]
    finally:
        connection.close()


def test_an_alert_becomes_a_row(tmp_path: Path) -> None:
    assert perform(alert(), options(tmp_path / "a.db")) == Delivered("a row in tocsin_alerts")
    [row] = rows(tmp_path / "a.db")
    assert (row["rule"], row["severity"], row["title"], json.loads(row["labels"])) == (
        "fire",
        "critical",
        "Fire: 火事",
        {"team": "ops"},
    )
    assert json.loads(row["tweet"])["text"] == "火事"


def test_the_same_alert_again_is_delivered_and_makes_no_second_row(tmp_path: Path) -> None:
    outcomes = [perform(alert(), options(tmp_path / "a.db")) for _ in range(3)]
    assert outcomes[2] == Delivered("the row was there already")
    assert len(rows(tmp_path / "a.db")) == 1


def test_another_table_may_be_named(tmp_path: Path) -> None:
    perform(alert(), options(tmp_path / "a.db", table="alarms"))
    assert len(rows(tmp_path / "a.db", "SELECT * FROM alarms")) == 1


def test_a_table_that_is_missing_and_not_to_be_made_refuses(tmp_path: Path) -> None:
    outcome = perform(alert(), options(tmp_path / "a.db", create=False))
    assert isinstance(outcome, Refused)
    assert "no such table" in outcome.reason


def test_a_table_of_other_columns_refuses(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE TABLE tocsin_alerts (id TEXT PRIMARY KEY, something TEXT NOT NULL)")
    assert isinstance(perform(alert(), options(tmp_path / "a.db")), Refused)


def test_a_constraint_of_somebodys_own_refuses(tmp_path: Path) -> None:
    perform(alert(1), options(tmp_path / "a.db"))
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("CREATE UNIQUE INDEX one_a_rule ON tocsin_alerts (rule)")
    assert isinstance(perform(alert(2), options(tmp_path / "a.db")), Refused)


def test_a_locked_database_is_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    perform(alert(1), options(path))
    holder = sqlite3.connect(path, isolation_level=None)
    try:
        holder.execute("BEGIN EXCLUSIVE")
        outcome = perform(alert(2), given(f"sqlite:///{path}?timeout=0.05"))
    finally:
        holder.close()
    assert isinstance(outcome, Unreachable)
    assert isinstance(perform(alert(2), options(path)), Delivered)


def test_a_folder_that_is_not_there_refuses(tmp_path: Path) -> None:
    assert isinstance(perform(alert(), options(tmp_path / "nowhere" / "a.db")), Refused)


@pytest.mark.parametrize("text", ["'; DROP TABLE tocsin_alerts; --", "\0nul", "\ud800 lone", "x" * 100_000])
def test_whatever_a_tweet_says_is_data(tmp_path: Path, text: str) -> None:
    assert isinstance(perform(alert(text=text), options(tmp_path / "a.db")), Delivered)
    [row] = rows(tmp_path / "a.db")
    assert json.loads(row["tweet"])["text"] == text


@pytest.mark.parametrize("url", ["", "alerts.db", "nosuchdb://h/x", "postgresql+nosuchdriver://u:hunter2@h/x"])
def test_a_url_that_cannot_be_used_is_refused_at_once_and_not_shown(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        given(url)
    assert "hunter2" not in str(refused.value)


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(ValidationError, match="pip install"):
        given("oracle+oracledb://u:hunter2@h/x")


@pytest.mark.parametrize("table", ["", "1a", "a-b", "a; DROP TABLE b", "a" * 64])
def test_a_table_has_a_plain_name(table: str) -> None:
    with pytest.raises(ValidationError):
        given("sqlite://", table=table)


def test_the_password_is_in_no_outcome_and_no_printed_option() -> None:
    secret = given("sqlite:////nowhere/hunter2/a.db")
    outcome = perform(alert(), secret)
    assert isinstance(outcome, Refused)
    assert "hunter2" not in repr(secret) + repr(outcome)


def test_a_destination_is_configured_as_the_readme_says(tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text(
        "source: {type: replay, path: tweets.jsonl}\nrules: rules.yaml\n"
        f"destinations: {{warehouse: {{action: sql, database: 'sqlite:///{tmp_path}/a.db', table: alarms}}}}\n"
    )
    (tmp_path / "rules.yaml").write_text("rules: {fire: {when: {word: fire}, notify: [warehouse]}}\n")
    (tmp_path / "tweets.jsonl").write_text(json.dumps(make_tweet("fire").data) + "\n")
    done = subprocess.run(
        [sys.executable, "-m", "tocsin", "run"],
        cwd=tmp_path,
        env={**os.environ, "TOCSIN_PLUGINS": "sql"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(rows(tmp_path / "a.db", "SELECT * FROM alarms")) == 1


def test_the_action_is_registered_with_its_options() -> None:
    registered: list[Action] = []
    tocsin_actions(registered.append)
    assert [(action.name, action.options) for action in registered] == [("sql", SqlOptions)]
