"""`tocsin alerts`, `tocsin outbox` and `tocsin notify test` on a real database and a real receiver."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.alerts import make_alert
from tests.receivers import Answer, HttpReceiver
from tocsin.cli.alerts import alerts
from tocsin.cli.notify import destination_named, in_words, make_test_alert
from tocsin.cli.outbox import outbox
from tocsin.config.secret import Secret
from tocsin.config.settings import DestinationSettings
from tocsin.errors import ConfigError, StoreError
from tocsin.journal import Withheld
from tocsin.model import Delivered, Delivery, DestinationName, RuleId, TweetId
from tocsin.plugins.host import Host
from tocsin.runtime.destinations import make_destination
from tocsin.store.sqlite import SqliteStore
from tocsin.testing import EPOCH

ONCALL, MAIL = DestinationName("oncall"), DestinationName("mail")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A database that an engine holds: one alert delivered to oncall and dead for mail, a second one waiting."""
    path = tmp_path / "t.db"
    store = SqliteStore.open(path)
    first, second = make_alert(1, "loud \x1b[31m[red]"), make_alert(2, "quiet")
    to = [Delivery(alert=first, destination=name, due_at=EPOCH) for name in (ONCALL, MAIL)]
    store.commit([first], to, [])
    for delivery in store.claim_due(EPOCH, 2):
        if delivery.destination == ONCALL:
            store.settle(delivery, [])
        else:
            store.bury(delivery, "550 no such user", [])
    held = Withheld(at=EPOCH, alert_id=first.id, rule_id=RuleId("hack"), tweet_id=TweetId("7"), reason="the same tweet")
    store.commit([second], [Delivery(alert=second, destination=ONCALL, due_at=EPOCH)], [held])
    yield path
    store.close()


def run_alerts(database: Path, *arguments: str) -> Result:
    return CliRunner().invoke(alerts, ["--state", str(database), *arguments], catch_exceptions=False)


def run_outbox(database: Path, command: str, *arguments: str) -> Result:
    return CliRunner().invoke(outbox, [command, "--state", str(database), *arguments], catch_exceptions=False)


def test_alerts_say_what_was_sent_withheld_or_failed_and_why(database: Path) -> None:
    output = run_alerts(database).output
    assert "oncall delivered; mail dead (550 no such user)" in output
    assert "oncall waiting" in output
    assert "withheld: the same tweet" in output
    assert "\x1b" not in output


def test_alerts_as_json_are_one_object_a_line(database: Path) -> None:
    records = [
        json.loads(line) for line in run_alerts(database, "--format", "json", "--rule", "hack").output.splitlines()
    ]
    assert {tuple(sorted((d["destination"], d["state"]) for d in r.get("deliveries", []))) for r in records} == {
        (("mail", "dead"), ("oncall", "delivered")),
        (("oncall", "waiting"),),
        (),
    }


def test_what_many_alerts_inhibited_is_counted_in_one_line(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "t.db")
    held = [
        Withheld(
            at=EPOCH,
            alert_id=make_alert(number).id,
            rule_id=RuleId("chatter"),
            tweet_id=TweetId(str(number)),
            reason=f"inhibited by alert {make_alert(100 + number // 2).id} of rule 'hack'",
        )
        for number in range(6)
    ]
    store.commit([], [], held)
    shown = run_alerts(tmp_path / "t.db", "--withheld").output.splitlines()
    store.close()
    assert [line.split("\t")[:3] for line in shown] == [["6", "chatter", "inhibited by an alert of rule 'hack'"]]


def test_alerts_of_another_rule_are_none(database: Path) -> None:
    assert "no alerts of rule 'other' yet" in run_alerts(database, "--rule", "other").output


def test_the_outbox_lists_what_waits_and_what_died(database: Path) -> None:
    lines = run_outbox(database, "list").output.splitlines()
    assert [line.split("\t")[2:5] for line in lines] == [["mail", "dead", "1"], ["oncall", "waiting", "0"]]


def test_the_outbox_without_a_command_is_its_list(database: Path) -> None:
    result = CliRunner().invoke(outbox, ["--state", str(database), "--format", "json"], catch_exceptions=False)
    assert [json.loads(line)["state"] for line in result.output.splitlines()] == ["dead", "waiting"]


def test_retry_revives_a_dead_letter_beside_the_engine(database: Path) -> None:
    assert run_outbox(database, "retry", make_alert(1).id).output == "1 to be sent again\n"
    assert "dead" not in run_outbox(database, "list").output


def test_drop_takes_all_of_one_destination(database: Path) -> None:
    assert run_outbox(database, "drop", "--all", "--destination", "mail").output == "1 dropped\n"
    assert "mail" not in run_outbox(database, "list").output


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["--to", "mail"], ["dead"]),
        (["--state", "waiting"], ["waiting"]),
        (["--state", "waiting", "--state", "dead"], ["dead", "waiting"]),
        (["--rule", "hack"], ["dead", "waiting"]),
        (["--rule", "other"], []),
        (["--older-than", "1h"], ["dead", "waiting"]),
        (["--older-than", "3650d"], []),
        (["--limit", "1"], ["dead"]),
    ],
)
def test_the_list_is_narrowed(database: Path, filters: list[str], found: list[str]) -> None:
    output = run_outbox(database, "list", "--format", "json", *filters).output
    assert [json.loads(line)["state"] for line in output.splitlines() if line.startswith("{")] == found


def test_retry_and_drop_are_narrowed_likewise(database: Path) -> None:
    assert run_outbox(database, "drop", "--state", "dead").output == "1 dropped\n"
    assert run_outbox(database, "retry", "--rule", "hack", "--to", "oncall").output == "1 to be sent again\n"


@pytest.mark.parametrize("command", ["retry", "drop"])
@pytest.mark.parametrize(("to", "says"), [("mial", "did you mean 'mail'?"), ("elsewhere", "there are: mail, oncall")])
def test_a_destination_that_nobody_knows_is_refused_with_those_that_there_are(
    database: Path, command: str, to: str, says: str
) -> None:
    with pytest.raises(ConfigError, match=f"no destination '{to}'; {re.escape(says)}"):
        run_outbox(database, command, "--to", to)


def test_a_destination_of_the_configuration_is_known_though_nothing_waits_there(tmp_path: Path) -> None:
    (tmp_path / "tocsin.yaml").write_text(
        f"source: {{type: replay, path: t}}\nstate: {tmp_path / 't.db'}\n"
        "destinations: {chat: {url: 'json://127.0.0.1'}}\n"
    )
    SqliteStore.open(tmp_path / "t.db").close()
    arguments = ["retry", "--to", "chat", "--config", str(tmp_path / "tocsin.yaml")]
    assert CliRunner().invoke(outbox, arguments, catch_exceptions=False).stdout == "0 to be sent again\n"


def test_what_is_said_before_a_command_narrows_it_as_well(database: Path) -> None:
    before = ["--state", str(database), "--state", "dead", "--format", "json"]
    listed = CliRunner().invoke(outbox, [*before, "list"], catch_exceptions=False)
    assert [json.loads(line)["state"] for line in listed.output.splitlines()] == ["dead"]
    dropped = CliRunner().invoke(outbox, [*before, "drop", "--older-than", "1s"], catch_exceptions=False)
    assert dropped.output == "1 dropped\n"
    assert "waiting" in run_outbox(database, "list").output


def test_more_than_one_transaction_takes_is_dropped_whole(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "t.db")
    alerts = [make_alert(number) for number in range(2_500)]
    store.commit(alerts, [Delivery(alert=alert, destination=MAIL, due_at=EPOCH) for alert in alerts], [])
    assert run_outbox(tmp_path / "t.db", "retry", "--all").output == "2500 to be sent again\n"
    assert run_outbox(tmp_path / "t.db", "drop", "--to", "mail").output == "2500 dropped\n"
    assert len(store.journal(kinds=["gave-up"], limit=10_000)) == 2_500
    store.close()


@pytest.mark.parametrize("arguments", [[], ["--all", "0000000000000001"], ["0000000000000001", "ffffffffffffffff"]])
def test_an_unclear_choice_changes_nothing(database: Path, arguments: list[str]) -> None:
    before = run_outbox(database, "list").output
    with pytest.raises(ConfigError):
        run_outbox(database, "drop", *arguments)
    assert run_outbox(database, "list").output == before


def test_a_database_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="`tocsin run` makes it"):
        run_alerts(tmp_path / "none.db")


def settings_for(port: int) -> DestinationSettings:
    return DestinationSettings(name=ONCALL, urls=(Secret(f"json://127.0.0.1:{port}/hook"),))


def test_a_test_message_is_marked_and_its_answer_told() -> None:
    with HttpReceiver(
        [Answer(200, b"thanks"), Answer(403, b"no"), Answer(429, b"", (("Retry-After", "9"),))]
    ) as receiver:
        destination = make_destination(settings_for(receiver.port), Host())
        answers = [in_words(destination.send(make_test_alert(EPOCH, str(n)), 1)) for n in range(3)]
    assert answers == [
        "delivered (200 thanks)",
        "refused with status 403: refused: 403 no",
        "not delivered with status 429: 429; asked to wait 9 s",
    ]
    assert receiver.posted[0].json["rule"] == "notify-test"
    assert "test" in receiver.posted[0].json["body"]


def test_an_unknown_destination_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no destination 'oncal' in the configuration; did you mean 'oncall'"):
        destination_named("oncal", {ONCALL: settings_for(1)})


def test_a_delivered_test_needs_no_words() -> None:
    assert in_words(Delivered()) == "delivered"
