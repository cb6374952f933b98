"""Looks at the state database and what it tells: space, permissions, damage, the engine, the stream, the outbox."""

import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tocsin.clock import Clock
from tocsin.config.settings import NoTweetsSettings
from tocsin.errors import StoreError
from tocsin.rules.duration import duration_text
from tocsin.runtime.doctor.finding import Finding, fail, ok, warn
from tocsin.runtime.gauges import size_of
from tocsin.store.database import damage
from tocsin.store.lock import is_held
from tocsin.store.sqlite import SqliteStore
from tocsin.store.store import Store

CHECKED_UP_TO_BYTES: Final = 2 * 1024 * 1024 * 1024
"""A whole check reads the file: about 3 s for so much. It reads beside a running engine and blocks nobody."""

LITTLE_SPACE_BYTES: Final = 1024 * 1024 * 1024
NO_SPACE_BYTES: Final = 64 * 1024 * 1024
LONG_WAIT: Final = timedelta(minutes=15)
LONG_SILENCE: Final = timedelta(minutes=15)
DAY: Final = timedelta(days=1)

_MANY: Final = 10_000
_SKEW: Final = timedelta(minutes=2)


def state_findings(path: Path, clock: Clock, silence: NoTweetsSettings | None) -> Iterator[Finding]:
    """Yield how the state is, read beside an engine that may be running.

    `silence` is after how long without a tweet something is wrong, as the configuration has it.
    """
    yield from _folder(path)
    if not path.exists():
        yield warn("state", f"there is no {path} yet", "`tocsin run` makes it")
        return
    yield _permissions(path)
    try:
        store = SqliteStore.visit(path)
    except StoreError as error:
        yield fail("state", str(error), "docs: howto/run-as-a-service, Back it up")
        return
    try:
        yield _integrity(path)
        running = is_held(path)
        yield from _engine(store, running=running)
        yield _clock(store, clock)
        yield from _stream(store, clock.now(), silence, running=running)
        yield from _outbox(store, clock.now())
        yield _plugins(store, clock.now())
    except StoreError as error:
        yield fail("state", str(error), "look at the disk; see the log of the engine")
    finally:
        store.close()


def _folder(path: Path) -> Iterator[Finding]:
    if not path.parent.is_dir():
        yield fail("disk", f"there is no folder {path.parent}", f"mkdir -p {path.parent}")
        return
    free = shutil.disk_usage(path.parent).free
    says = f"{_size(free)} free at {path.parent}" + (
        f", the state takes {_size(size_of(path))}" if path.exists() else ""
    )
    remedy = "make room, or keep less: `retention:` in the configuration"
    if free < NO_SPACE_BYTES:
        yield fail("disk", says, remedy)
    elif free < LITTLE_SPACE_BYTES:
        yield warn("disk", says, remedy)
    else:
        yield ok("disk", says)


def _permissions(path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    says = f"{path.name} has mode {mode:04o}"
    if mode & 0o077:
        return warn("permissions", f"{says}: others on this machine can read it", f"chmod 600 {path}")
    return ok("permissions", says)


def _integrity(path: Path) -> Finding:
    if size_of(path) > CHECKED_UP_TO_BYTES:
        remedy = f'sqlite3 -readonly {path} "PRAGMA quick_check"'
        return ok("integrity", f"not checked as a whole, since it is large; {remedy} does it")
    found = damage(path)
    if found is None:
        return ok("integrity", f"{path.name} is whole")
    return fail("integrity", f"{path.name} is damaged: {found}", "restore a backup, or move it away to start anew")


def _engine(store: Store, *, running: bool) -> Iterator[Finding]:
    last = _first(store.journal(kinds=("lifecycle",), limit=1))
    if running:
        yield ok(
            "engine", "one is running" + ("" if last is None else f", since {_stamp(last['at'])}: {last['detail']}")
        )
    else:
        said = "none is running" + ("" if last is None else f"; the last one {last['event']} {_stamp(last['at'])}")
        if last is not None and last["event"] == "stopped" and last["detail"]:
            said += f": {last['detail']}"
        yield warn("engine", said, "start it: `tocsin run`, or systemctl start tocsin")
    failed = _first(store.journal(kinds=("reloaded", "reload-failed"), limit=1))
    if failed is not None and failed["kind"] == "reload-failed" and running:
        remedy = "`tocsin check` shows the errors; what is mended comes into force by itself"
        yield warn(
            "reload", f"changed files are not in force since {_stamp(failed['at'])}: {failed['problem']}", remedy
        )


def _clock(store: Store, clock: Clock) -> Finding:
    """Return whether the clock can be right, as far as this machine alone tells."""
    now = clock.now()
    newest = _first(store.journal(limit=1))
    remedy = "set the clock, and keep it right: chrony or systemd-timesyncd"
    if newest is not None and datetime.fromisoformat(newest["at"]) > now + _SKEW:
        return fail("clock", f"it is {now:%Y-%m-%d %H:%M:%S}Z, but the journal is at {_stamp(newest['at'])}", remedy)
    return ok("clock", f"{now:%Y-%m-%d %H:%M:%S}Z, after everything in the journal")


def _stream(store: Store, now: datetime, silence: NoTweetsSettings | None, *, running: bool) -> Iterator[Finding]:
    connection = _first(store.journal(kinds=("connection",), limit=1))
    if running and connection is not None and connection["state"] != "connected":
        said = f"{connection['state']} since {_stamp(connection['at'])}: {connection['reason']}"
        yield fail("stream", said, "`tocsin doctor --online` tries to reach it; is source.api_key still good?")
    yield _last_tweet(store, now, silence, running=running)
    gaps = store.journal(kinds=("gap",), since=now - DAY, limit=_MANY)
    lengths = [datetime.fromisoformat(g["until"]) - datetime.fromisoformat(g["since"]) for g in gaps]
    total = sum(lengths, timedelta())
    if gaps:
        said = f"{len(gaps)} in the last day, {_span(total)} in all, the last because: {gaps[0]['cause']}"
        long = total > timedelta(minutes=10)
        remedy = "tweets of that time were not seen; `tocsin trace ID` names the gap of one"
        yield warn("gaps", said, remedy) if long else ok("gaps", said)
    else:
        yield ok("gaps", "none in the last day")


def _last_tweet(store: Store, now: datetime, silence: NoTweetsSettings | None, *, running: bool) -> Finding:
    found = [_first(store.journal(kinds=(kind,), limit=1)) for kind in ("seen", "dropped")]
    times = [datetime.fromisoformat(record["at"]) for record in found if record is not None]
    if not times:
        return ok("last tweet", "none in the journal")
    age = now - max(times)
    said = f"{_span(age)} ago"
    limit = LONG_SILENCE if silence is None else silence.after
    if running and age > limit:
        return warn("last tweet", said, "is what is subscribed to still talked about? See `source.no_tweets`")
    return ok("last tweet", said)


def _outbox(store: Store, now: datetime) -> Iterator[Finding]:
    backlog = store.backlog()
    for each in backlog:
        if each.dead:
            remedy = f"mend the cause, then `tocsin outbox retry --all --destination {each.destination}`"
            yield warn("dead letters", f"{each.dead} for {each.destination}, given up on", remedy)
        if each.oldest_at is not None and now - each.oldest_at > LONG_WAIT:
            said = f"{each.waiting} for {each.destination}, the oldest for {_span(now - each.oldest_at)}"
            yield warn("outbox", said, f"`tocsin outbox` says why; `tocsin notify test {each.destination}` tries it")
    waiting = sum(each.waiting for each in backlog)
    yield ok("outbox", f"{waiting} waiting, {sum(each.dead for each in backlog)} given up on")


def _plugins(store: Store, now: datetime) -> Finding:
    failures = store.journal(kinds=("plugin-failed",), since=now - DAY, limit=_MANY)
    if not failures:
        return ok("plugin failures", "none in the last day")
    names = ", ".join(sorted({record["plugin"] for record in failures}))
    last = failures[0]
    said = f"{len(failures)} in the last day ({names}), the last: {last['error']}"
    return warn("plugin failures", said, "mend the plugin, or leave it out; see `tocsin plugins`")


def _first(records: list[dict[str, Any]]) -> dict[str, Any] | None:
    return records[0] if records else None


def _stamp(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}Z"


def _span(duration: timedelta) -> str:
    seconds = max(round(duration.total_seconds()), 1)
    return duration_text(timedelta(seconds=seconds), units=2)


def _size(count: int) -> str:
    amount = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
