"""The schema, as numbered steps: each turns the database from the version before it into its own.

A step, once released, is never edited; a change is a new step. SQLite's `user_version` holds the number reached.
"""

import sqlite3

from tocsin.errors import StoreTooNew
from tocsin.store.subject import tweet_number

APPLICATION_ID = 0x746F6373
"""Marks the file as ours in SQLite's header: "tocs"."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE alerts (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            rule_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            document TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX alerts_by_rule ON alerts (rule_id, seq)",
        "CREATE INDEX alerts_by_time ON alerts (at)",
        """
        CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY,
            alert_id TEXT NOT NULL,
            destination TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'dead')),
            due_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            first_tried_at INTEGER,
            reason TEXT NOT NULL DEFAULT '',
            UNIQUE (alert_id, destination)
        ) STRICT
        """,
        # Partial: what is delivered, which is nearly all, costs a claim nothing.
        "CREATE INDEX outbox_waiting ON outbox (destination, due_at, seq) WHERE state = 'waiting'",
        "CREATE INDEX outbox_sending ON outbox (destination) WHERE state = 'sending'",
        "CREATE INDEX outbox_dead ON outbox (seq) WHERE state = 'dead'",
        """
        CREATE TABLE journal (
            seq INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            record TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX journal_by_kind ON journal (kind, seq)",
        "CREATE INDEX journal_by_time ON journal (at)",
    ),
    ("CREATE TABLE in_force (id INTEGER PRIMARY KEY CHECK (id = 1), document TEXT NOT NULL) STRICT",),
    # Flood control: what is held over a restart, and the ids that are known, apart from the wide rows of alerts.
    (
        "CREATE TABLE state (key TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE known (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL) STRICT",
        """
        INSERT INTO known (id, at)
        SELECT id, at FROM (SELECT seq, id, at FROM alerts ORDER BY seq DESC LIMIT 1000000) ORDER BY seq
        """,
    ),
    # Dispatch: messages that stand for several alerts, what is held back, fallbacks, and how each destination stands.
    (
        "ALTER TABLE outbox ADD COLUMN bundle TEXT",
        "ALTER TABLE outbox ADD COLUMN held TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN note TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE outbox ADD COLUMN passed_on INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX outbox_bundles ON outbox (bundle) WHERE bundle IS NOT NULL AND state = 'waiting'",
        "CREATE INDEX outbox_held ON outbox (destination) WHERE state = 'waiting' AND held != ''",
        "CREATE TABLE standings (destination TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT",
    ),
    # Silences and acknowledgements
    (
        # AUTOINCREMENT: the journal names silences by their number, which must never mean another one.
        """
        CREATE TABLE silences (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            condition TEXT NOT NULL,
            why TEXT NOT NULL,
            made_by TEXT NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER NOT NULL,
            ended_at INTEGER,
            ended_by TEXT NOT NULL DEFAULT '',
            hidden INTEGER NOT NULL DEFAULT 0,
            loud INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX silences_unended ON silences (seq) WHERE ended_at IS NULL",
        """
        CREATE TABLE acks (
            alert_id TEXT PRIMARY KEY,
            at INTEGER NOT NULL,
            made_by TEXT NOT NULL,
            note TEXT NOT NULL
        ) STRICT
        """,
        "CREATE TABLE keys (name TEXT PRIMARY KEY, secret BLOB NOT NULL) STRICT",
        # Microseconds from the alert to its escalation; 0 for those who hear of it in any case.
        "ALTER TABLE outbox ADD COLUMN escalation INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX outbox_escalations ON outbox (alert_id) WHERE state = 'waiting' AND escalation > 0",
    ),
    # ops: what an entry is about, so that one tweet, alert or rule is found among millions; decision 0028.
    (
        "ALTER TABLE journal ADD COLUMN tweet INTEGER",
        "ALTER TABLE journal ADD COLUMN alert_id TEXT",
        "ALTER TABLE journal ADD COLUMN rule_id TEXT",
        """
        UPDATE journal SET tweet = tweet_number(json_extract(record, '$.tweet_id')),
            alert_id = json_extract(record, '$.alert_id'), rule_id = json_extract(record, '$.rule_id')
        WHERE kind NOT IN ('shed', 'unusable', 'gap', 'connection', 'lifecycle', 'reloaded', 'reload-failed')
        """,
        # Partial: entries that are about none of them cost nothing here.
        "CREATE INDEX journal_by_tweet ON journal (tweet) WHERE tweet IS NOT NULL",
        "CREATE INDEX journal_by_alert ON journal (alert_id) WHERE alert_id IS NOT NULL",
        "CREATE INDEX journal_by_rule ON journal (rule_id, kind) WHERE rule_id IS NOT NULL",
    ),
    # The rules in force, each in a row of its own: one that changes among many is written alone; decision 0039.
    (
        "CREATE TABLE rules_in_force (id TEXT PRIMARY KEY, document TEXT NOT NULL) STRICT",
        """
        INSERT INTO rules_in_force (id, document)
        SELECT rule.key, rule.value FROM in_force, json_each(in_force.document, '$.rules') AS rule
        """,
        "UPDATE in_force SET document = json_remove(document, '$.rules')",
    ),
    # Tweets that were seen, which is nearly the whole journal, in narrow rows of their own; decision 0041. What was
    # there before stays where it is: both tables together are the journal.
    (
        "ALTER TABLE journal RENAME TO entries",
        """
        CREATE TABLE seen (
            seq INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            tweet INTEGER NOT NULL,
            source TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX seen_by_tweet ON seen (tweet)",
        "CREATE INDEX seen_by_time ON seen (at)",
        # Put together by hand: SQLite lets no view use its functions of JSON while `trusted_schema` is off. And with
        # casts: only where both halves have the same types does it look into each for what is asked, in order.
        """
        CREATE VIEW journal AS
        SELECT seq, at, kind, record, tweet, alert_id, rule_id FROM entries
        UNION ALL
        SELECT seq, at, CAST('seen' AS TEXT), CAST('{"kind":"seen","at":"'
            || strftime('%Y-%m-%dT%H:%M:%S', at / 1000000, 'unixepoch')
            || CASE at % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', at % 1000000) END
            || '+00:00","tweet_id":"' || tweet || '","source":"' || source || '"}' AS TEXT), tweet,
            CAST(NULL AS TEXT), CAST(NULL AS TEXT)
        FROM seen
        """,
    ),
    # Alerts that came of a match: after what was seen, the most common entry; decision 0047. Without an index by kind,
    # since there is but one, and by rule without it.
    (
        """
        CREATE TABLE matched (
            seq INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            tweet INTEGER NOT NULL,
            alert_id TEXT NOT NULL,
            rule_id TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX matched_by_tweet ON matched (tweet)",
        "CREATE INDEX matched_by_time ON matched (at)",
        "CREATE INDEX matched_by_alert ON matched (alert_id)",
        "CREATE INDEX matched_by_rule ON matched (rule_id)",
        "DROP VIEW journal",
        """
        CREATE VIEW journal AS
        SELECT seq, at, kind, record, tweet, alert_id, rule_id FROM entries
        UNION ALL
        SELECT seq, at, CAST('seen' AS TEXT), CAST('{"kind":"seen","at":"'
            || strftime('%Y-%m-%dT%H:%M:%S', at / 1000000, 'unixepoch')
            || CASE at % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', at % 1000000) END
            || '+00:00","tweet_id":"' || tweet || '","source":"' || source || '"}' AS TEXT), tweet,
            CAST(NULL AS TEXT), CAST(NULL AS TEXT)
        FROM seen
        UNION ALL
        SELECT seq, at, CAST('matched' AS TEXT), CAST('{"kind":"matched","at":"'
            || strftime('%Y-%m-%dT%H:%M:%S', at / 1000000, 'unixepoch')
            || CASE at % 1000000 WHEN 0 THEN '' ELSE printf('.%06d', at % 1000000) END
            || '+00:00","tweet_id":"' || tweet || '","rule_id":"' || rule_id || '","alert_id":"' || alert_id
            || '","stage":"live"}' AS TEXT), tweet, alert_id, rule_id
        FROM matched
        """,
    ),
)

LATEST = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the number of the last step that the database has seen; 0 for an empty one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, file: str) -> None:
    """Bring the database to the latest version, one transaction a step: a crash leaves a whole version.

    Raises:
        StoreTooNew: a later tocsin wrote it.
    """
    version = version_of(connection)
    if version > LATEST:
        raise StoreTooNew(
            f"{file} has schema {version}, and this tocsin knows up to {LATEST}: "
            "upgrade tocsin, or name another file under `state`"
        )
    connection.create_function("tweet_number", 1, tweet_number, deterministic=True)
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
