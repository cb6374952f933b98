"""What becomes of the rules in force when files change: in every way that editors, deployments and accidents know."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from tests.integration.reloading import CONFIG, Reloading, rules_file
from tocsin.journal import Entry, Reloaded, ReloadFailed, Withheld
from tocsin.runtime.notice import EVERY
from tocsin.runtime.reloading.reading import PATIENCE
from tocsin.testing import make_tweet

pytestmark = pytest.mark.anyio

GAMMA_AS_JSON = '{"rules": {"gamma": {"when": {"word": "btc"}}}}'
ALERTS = "lists: {words: {file: words.txt}}\n" + rules_file("alpha", "beta", word="{list: words}")
MORE = rules_file("gamma")


@pytest.fixture
async def reloading(tmp_path: Path) -> Reloading:
    """Two rule files, `alpha` and `beta` with a list file, and `gamma`; not yet looked at."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a.yaml").write_text(ALERTS)
    (rules / "words.txt").write_text("btc\neth\n")
    (rules / "g.yaml").write_text(MORE)
    (tmp_path / "tocsin.yaml").write_text(CONFIG)
    return Reloading(tmp_path)


Change = Callable[[Path], object]
"""What happens to the folder that holds tocsin.yaml and rules/."""


def write(name: str, text: str | bytes) -> Change:
    data = text if isinstance(text, bytes) else text.encode()
    return lambda folder: (folder / name).write_bytes(data)


def replace(name: str, text: str) -> Change:
    def change(folder: Path) -> None:
        (folder / ".new").write_text(text)
        (folder / ".new").replace(folder / name)

    return change


def configure(old: str, new: str) -> Change:
    assert old in CONFIG
    return write("tocsin.yaml", CONFIG.replace(old, new))


def delete(*names: str) -> Change:
    def change(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return change


def move(old: str, new: str) -> Change:
    return lambda folder: (folder / old).rename(folder / new)


def both(*changes: Change) -> Change:
    return lambda folder: [change(folder) for change in changes]


def link(name: str, target: str) -> Change:
    return lambda folder: (folder / name).symlink_to(target)


def copy_of_rules(name: str) -> Change:
    return lambda folder: shutil.copytree(folder / "rules", folder / name)


APPLIED: dict[str, tuple[Change, tuple[int, int, int], list[str]]] = {
    "a new file": (write("rules/d.yaml", rules_file("delta")), (1, 0, 0), ["alpha", "beta", "delta", "gamma"]),
    "a new folder with a file": (
        both(lambda folder: (folder / "rules/sub").mkdir(), write("rules/sub/d.yml", rules_file("delta"))),
        (1, 0, 0),
        ["alpha", "beta", "delta", "gamma"],
    ),
    "a file written in place": (write("rules/g.yaml", rules_file("gamma", word="eth")), (0, 1, 0), []),
    "a file put in place by renaming": (replace("rules/g.yaml", rules_file("gamma", word="eth")), (0, 1, 0), []),
    "the words of a list": (write("rules/words.txt", "btc\n"), (0, 2, 0), []),
    "a severity": (write("rules/g.yaml", rules_file("gamma", more=", severity: high")), (0, 1, 0), []),
    "a file that is deleted": (delete("rules/g.yaml"), (0, 0, 1), ["alpha", "beta"]),
    "a file cut to nothing": (write("rules/g.yaml", ""), (0, 0, 1), ["alpha", "beta"]),
    "a file renamed to what is no rule file": (move("rules/g.yaml", "rules/g.yaml~"), (0, 0, 1), ["alpha", "beta"]),
    "a file renamed to a hidden one": (move("rules/g.yaml", "rules/.g.yaml"), (0, 0, 1), ["alpha", "beta"]),
    "a rule renamed": (write("rules/g.yaml", rules_file("delta")), (1, 0, 1), ["alpha", "beta", "delta"]),
    "a file that becomes a folder": (
        both(delete("rules/g.yaml"), lambda folder: (folder / "rules/g.yaml").mkdir()),
        (0, 0, 1),
        ["alpha", "beta"],
    ),
    "a file that becomes a link to a better one": (
        both(delete("rules/g.yaml"), write("g.txt", rules_file("gamma", word="eth")), link("rules/g.yaml", "../g.txt")),
        (0, 1, 0),
        [],
    ),
    "another folder named in tocsin.yaml": (
        both(
            lambda folder: (folder / "other").mkdir(),
            write("other/d.yaml", rules_file("delta")),
            configure("[rules]", "[rules, other]"),
        ),
        (1, 0, 0),
        ["alpha", "beta", "delta", "gamma"],
    ),
    "other routes": (configure("notify: [hook]", "notify: [mail]"), (0, 0, 0), []),
    "a destination's address": (configure("9/mail", "9/post"), (0, 0, 0), []),
    "another subscription": (configure("subscribe: {}", "subscribe: {keywords: [btc]}"), (0, 0, 0), []),
}

REFUSED: dict[str, tuple[Change, str]] = {
    "every file deleted": (delete("rules/a.yaml", "rules/g.yaml"), "no rule files in this folder"),
    "the folder deleted": (lambda folder: shutil.rmtree(folder / "rules"), "no such file or folder"),
    "every file cut to nothing": (both(write("rules/a.yaml", ""), write("rules/g.yaml", "")), "no rule in any file"),
    "every rule disabled": (
        both(delete("rules/a.yaml"), write("rules/g.yaml", rules_file("gamma", more=", enabled: false"))),
        "no rule is enabled",
    ),
    "a file cut off within a rule": (write("rules/a.yaml", ALERTS[:-5]), "a.yaml:"),
    "a file that is no YAML": (write("rules/g.yaml", "rules: [\n"), "g.yaml:"),
    "a file with bytes that are no text": (write("rules/g.yaml", b"\xff\xfe\x00rules"), "g.yaml:"),
    "a file too large to read": (write("rules/g.yaml", "#" * 20_000_000), "g.yaml:1:1"),
    "an unknown operator": (write("rules/g.yaml", "rules: {gamma: {when: {wrd: btc}}}"), "g.yaml:1:24"),
    "a rule that is there twice": (write("rules/d.yaml", MORE), "'gamma' is defined twice"),
    "a destination that isn't there": (
        write("rules/g.yaml", rules_file("gamma", more=", notify: [nobody]")),
        "g.yaml:3:",
    ),
    "a list file deleted": (delete("rules/words.txt"), "a.yaml:1:"),
    "a list file that becomes a folder": (
        both(delete("rules/words.txt"), lambda folder: (folder / "rules/words.txt").mkdir()),
        "a.yaml:1:",
    ),
    "the folder becomes a link to nowhere": (
        both(move("rules", "was"), link("rules", "nowhere")),
        "no such file or folder",
    ),
    "the folder becomes a link to itself": (both(move("rules", "was"), link("rules", "rules")), "rules"),
    "tocsin.yaml deleted": (delete("tocsin.yaml"), "tocsin.yaml"),
    "tocsin.yaml cut to nothing": (write("tocsin.yaml", ""), "'source' is missing"),
    "tocsin.yaml cut off": (write("tocsin.yaml", CONFIG[:80]), "tocsin.yaml"),
    "a destination gone that a route names": (
        configure('  hook: {url: "json://127.0.0.1:9/"}\n', ""),
        "tocsin.yaml:",
    ),
    "a destination of no service": (configure("json://127.0.0.1:9/mail", "nosuch://x"), "mail"),
    "a rule that nothing can be subscribed for": (configure(", subscribe: {}", ""), "no `match:`"),
}

NOTHING: dict[str, Change] = {
    "a file touched": lambda folder: os.utime(folder / "rules/g.yaml", (1, 1)),
    "a file written as it was": write("rules/g.yaml", MORE),
    "a file replaced by one like it": replace("rules/g.yaml", MORE),
    "a file renamed": move("rules/g.yaml", "rules/z.yaml"),
    "a rule moved to another file": both(delete("rules/g.yaml"), write("rules/z.json", GAMMA_AS_JSON)),
    "a comment": write("rules/g.yaml", f"# by hand\n{MORE}"),
    "Windows line ends": write("rules/g.yaml", MORE.replace("\n", "\r\n")),
    "a test": write("rules/g.yaml", rules_file("gamma", more=", tests: [{tweet: {text: btc}, expect: match}]")),
    "what an editor leaves": both(write("rules/.g.yaml.swp", "x"), write("rules/g.yaml~", "x")),
    "a pipe with a rule file's name": lambda folder: os.mkfifo(folder / "rules/pipe.yaml"),
    "the state database": write("tocsin.db", b"x"),
    "the folder moved, and linked to": both(move("rules", "rules-1"), link("rules", "rules-1")),
}  # fmt: skip


@pytest.mark.parametrize("name", APPLIED)
async def test_what_is_right_comes_into_force(name: str, reloading: Reloading, tmp_path: Path) -> None:
    change, counts, rules = APPLIED[name]
    change(tmp_path)
    entry = await reloading.look_for(Reloaded)
    assert (entry.added, entry.changed, entry.removed) == counts
    assert reloading.rules() == (rules or ["alpha", "beta", "gamma"])
    assert entry.revision == reloading.engine.plan.revision
    assert await reloading.look() == []


@pytest.mark.parametrize("name", REFUSED)
async def test_what_has_errors_leaves_everything_as_it_was(name: str, reloading: Reloading, tmp_path: Path) -> None:
    before = reloading.engine.plan
    change, said = REFUSED[name]
    change(tmp_path)
    entry = await reloading.look_for(ReloadFailed)
    assert said in entry.problem
    assert entry.revision == before.revision
    assert reloading.engine.plan is before
    assert await reloading.look() == []


@pytest.mark.parametrize("name", NOTHING)
async def test_what_changes_no_rule_is_no_reload(name: str, reloading: Reloading, tmp_path: Path) -> None:
    await reloading.look()
    before = reloading.engine.plan
    NOTHING[name](tmp_path)
    assert await reloading.look() == []
    assert reloading.engine.plan is before


async def test_a_file_that_comes_back_soon_was_never_gone(reloading: Reloading, tmp_path: Path) -> None:
    await reloading.look()
    delete("rules/g.yaml")(tmp_path)
    quiet, settled = (lambda: None), (lambda: write("rules/g.yaml", MORE)(tmp_path))
    reloading.while_waiting = [quiet, settled]
    assert await reloading.look() == []
    assert reloading.rules() == ["alpha", "beta", "gamma"]


async def test_files_written_one_after_the_other_come_into_force_together(reloading: Reloading, tmp_path: Path) -> None:
    replace("rules/a.yaml", rules_file("alpha", "beta", word="eth"))(tmp_path)
    reloading.while_waiting = [lambda: replace("rules/g.yaml", rules_file("gamma", word="eth"))(tmp_path)]
    assert (await reloading.look_for(Reloaded)).changed == 3


async def test_what_changes_while_it_is_read_is_read_again(reloading: Reloading, tmp_path: Path) -> None:
    write("rules/g.yaml", rules_file("gamma", word="eth"))(tmp_path)
    reloading.while_reading = [lambda: write("rules/g.yaml", rules_file("gamma", more=", severity: high"))(tmp_path)]
    await reloading.look_for(Reloaded)
    assert reloading.rules() == ["alpha", "beta", "gamma"]
    rule = reloading.reloader.running.record.rules["gamma"]
    assert (rule["severity"], "btc" in str(rule["when"])) == ("high", True)


async def test_files_that_never_rest_are_told_of_and_read_once_they_do(reloading: Reloading, tmp_path: Path) -> None:
    def scribble(number: int) -> None:
        write("rules/g.yaml", rules_file("gamma", word=f"w{number}"))(tmp_path)
        reloading.clock.advance(PATIENCE)

    scribble(0)
    reloading.while_reading = [partial(scribble, 1), partial(scribble, 2)]
    assert "change all the time" in (await reloading.look_for(ReloadFailed)).problem
    assert (await reloading.look_for(Reloaded)).changed == 1


async def test_files_that_are_as_they_were_before_the_error_are_told_to_be_good(
    reloading: Reloading, tmp_path: Path
) -> None:
    write("rules/g.yaml", "rules: [")(tmp_path)
    await reloading.look_for(ReloadFailed)
    assert reloading.observer.health.warnings() != []
    write("rules/g.yaml", MORE)(tmp_path)
    entry = await reloading.look_for(Reloaded)
    assert (entry.added, entry.changed, entry.removed) == (0, 0, 0)
    assert reloading.observer.health.warnings() == []


async def test_who_asks_gets_an_answer_though_nothing_has_changed(reloading: Reloading, tmp_path: Path) -> None:
    await reloading.look(asked=True)
    assert [event for event, _ in reloading.log] == ["nothing-changed"]
    write("rules/g.yaml", "rules: [")(tmp_path)
    await reloading.look_for(ReloadFailed)
    [again] = await reloading.look(asked=True)
    assert isinstance(again, ReloadFailed)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("stream.example/ws", "stream.example/v2", "source.url"),
        ("api_key: k", "api_key: other", "source.api_key"),
        ("rules:", "state: other.db\nrules:", "state"),
        ("rules:", 'http: {listen: "127.0.0.1:0"}\nrules:', "http"),
        ("rules:", "log: {level: debug}\nrules:", "log"),
        ("rules:", "plugins: {langid: {}}\nrules:", "plugins"),
    ],
)
async def test_what_only_a_restart_can_change_is_named_once(
    old: str, new: str, named: str, reloading: Reloading, tmp_path: Path
) -> None:
    configure(old, new)(tmp_path)
    for _ in range(2):
        assert await reloading.look(asked=True) == []
    assert [fields["changed"] for event, fields in reloading.log if event == "restart-needed"] == [named]
    assert "other" not in str(reloading.log)


async def test_the_stream_is_asked_anew_only_where_the_subscription_changes(
    reloading: Reloading, tmp_path: Path
) -> None:
    write("rules/g.yaml", rules_file("gamma", word="eth"))(tmp_path)
    await reloading.look()
    assert reloading.subscriptions == []
    configure("subscribe: {}", "subscribe: {users: [alice]}")(tmp_path)
    await reloading.look()
    assert [[each.users for each in asked] for asked in reloading.subscriptions] == [[("alice",)]]


async def test_the_next_alert_goes_where_the_new_routes_say(reloading: Reloading, tmp_path: Path) -> None:
    tweet = make_tweet("btc")
    configure("notify: [hook]", "notify: [mail]")(tmp_path)
    await reloading.look()
    deliveries = reloading.engine.observe(tweet, tweet.received_at).deliveries
    assert {delivery.destination for delivery in deliveries} == {"mail"}


async def test_the_valve_and_throttles_of_changed_files_hold_from_the_next_tweet_on(
    reloading: Reloading, tmp_path: Path
) -> None:
    configure("rules:", "valve: 1/min\ndefaults: {throttle: {every: 1h, per: .user.id}}\nrules:")(tmp_path)
    await reloading.look()
    entries = list[Entry]()
    for number, user in enumerate(["a", "a", "b"]):
        tweet = make_tweet("btc", id=str(number), user__id=user)
        entries += reloading.engine.observe(tweet, tweet.received_at).entries
    assert {entry.cause for entry in entries if isinstance(entry, Withheld)} == {"throttle", "valve"}


async def test_somebody_hears_of_bad_files_and_of_good_ones_again(reloading: Reloading, tmp_path: Path) -> None:
    configure("rules:", "reload: {notify: mail}\nrules:")(tmp_path)
    await reloading.look()
    reloading.steps.clear()
    for text in ("rules: [", "rules: [[", MORE):
        write("rules/g.yaml", text)(tmp_path)
        await reloading.look()
        reloading.clock.advance(EVERY)
    deliveries = [delivery for step in reloading.steps for delivery in step.deliveries]
    assert [delivery.destination for delivery in deliveries] == ["mail", "mail"]
    assert [delivery.alert.severity for delivery in deliveries] == ["high", "info"]


async def test_a_bug_on_the_way_leaves_the_rules_in_force(reloading: Reloading, tmp_path: Path) -> None:
    def stumble() -> None:
        raise ZeroDivisionError

    write("rules/g.yaml", rules_file("gamma", word="eth"))(tmp_path)
    reloading.while_reading = [stumble]
    assert "ZeroDivisionError" in (await reloading.look_for(ReloadFailed)).problem
    assert (await reloading.look_for(Reloaded)).changed == 1


@asynccontextmanager
async def following(folder: Path, settings: str) -> AsyncIterator[Reloading]:
    """Have a reloader follow the files by itself, from after its first look on."""
    configure("rules:", f"reload: {settings}\nrules:")(folder)
    reloading = Reloading(folder)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(reloading.reloader.run, reloading)
        with anyio.fail_after(20):
            while reloading.store.in_force() is None:
                await anyio.lowlevel.checkpoint()
            yield reloading
        tasks.cancel_scope.cancel()


async def until_changed(reloading: Reloading) -> None:
    while not reloading.steps:
        await anyio.sleep(0.005)


async def test_where_the_system_tells_of_nothing_a_look_now_and_then_finds_it(
    reloading: Reloading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.runtime.reloading.watching.awatch", deaf)
    async with following(tmp_path, "{poll: 10ms}") as followed:
        write("rules/d.yaml", rules_file("delta"))(tmp_path)
        await until_changed(followed)
        assert followed.rules() == ["alpha", "beta", "delta", "gamma"]


async def deaf(*folders: Path, **options: object) -> AsyncIterator[None]:
    await anyio.sleep_forever()
    yield


async def test_without_watching_who_asks_has_the_files_read(
    reloading: Reloading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("tocsin.runtime.reloading.watching.awatch")
    async with following(tmp_path, "{watch: false, poll: 10ms}") as followed:
        write("rules/d.yaml", rules_file("delta"))(tmp_path)
        followed.reloader.ask()
        await until_changed(followed)
        assert [type(entry) for step in followed.steps for entry in step.entries] == [Reloaded]
