"""What comes in can be read back: by zstandard's own reader, and by `tocsin match`."""

import io
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tocsin_archive import Options, tocsin_finish, tocsin_observe
from tocsin_archive.writer import FRAME_TWEETS, Archive

from tocsin.journal import Dropped, Seen
from tocsin.testing import EPOCH, make_tweet


def tweets_in(path: Path) -> list[dict[str, Any]]:
    with path.open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        return [json.loads(line) for line in io.TextIOWrapper(reader, encoding="ascii")]


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.zst"))


def see(number: int, options: Options, at: datetime = EPOCH, text: str = "hello") -> None:
    tweet = make_tweet(text, id=str(number))
    tocsin_observe(Seen(at=at, tweet_id=tweet.id, source="test"), tweet, options)


def test_tweets_are_kept_as_they_came(tmp_path: Path) -> None:
    options = Options(folder=tmp_path)
    for number in range(3):
        see(number, options, text=f"no {number} \ud800 火事")
    tocsin_finish(options)
    assert files(tmp_path) == ["2026-01-01/120000.jsonl.zst"]
    assert [tweet["text"] for tweet in tweets_in(tmp_path / files(tmp_path)[0])] == [
        f"no {number} \ud800 火事" for number in range(3)
    ]


def test_each_day_has_its_folder(tmp_path: Path) -> None:
    options = Options(folder=tmp_path)
    see(1, options)
    see(2, options, at=EPOCH + timedelta(hours=12))
    tocsin_finish(options)
    assert files(tmp_path) == ["2026-01-01/120000.jsonl.zst", "2026-01-02/000000.jsonl.zst"]


def test_each_start_has_a_file_of_its_own(tmp_path: Path) -> None:
    for _ in range(3):
        archive = Archive(tmp_path, level=3, flush_s=10)
        archive.keep({"id": "1"}, EPOCH)
        archive.close()
    assert files(tmp_path) == [
        "2026-01-01/120000-1.jsonl.zst",
        "2026-01-01/120000-2.jsonl.zst",
        "2026-01-01/120000.jsonl.zst",
    ]


@pytest.mark.parametrize(
    ("count", "step", "kept"),
    [(FRAME_TWEETS + 1, timedelta(), FRAME_TWEETS), (12, timedelta(seconds=1), 11), (3, timedelta(seconds=1), 0)],
)
def test_what_was_flushed_is_there_after_a_crash(tmp_path: Path, count: int, step: timedelta, kept: int) -> None:
    archive = Archive(tmp_path, level=3, flush_s=10)
    for number in range(count):
        archive.keep({"id": str(number)}, EPOCH + number * step)
    written = [tweet for name in files(tmp_path) for tweet in tweets_in(tmp_path / name)]
    assert len(written) == kept


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    see(1, Options())
    tocsin_finish(Options())
    assert list(tmp_path.iterdir()) == []


def test_what_was_left_out_before_the_rules_is_not_kept(tmp_path: Path) -> None:
    options, tweet = Options(folder=tmp_path), make_tweet()
    tocsin_observe(Dropped(at=EPOCH, tweet_id=tweet.id, by="spam", reason="spam"), tweet, options)
    tocsin_finish(options)
    assert files(tmp_path) == []


def test_tweets_wait_for_a_folder_that_cannot_be_written_yet(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("a file in the way")
    archive = Archive(tmp_path / "there", level=3, flush_s=1)
    archive.keep({"id": "1"}, EPOCH)
    with pytest.raises(OSError, match="there"):
        archive.keep({"id": "2"}, EPOCH + timedelta(seconds=2))
    (tmp_path / "there").unlink()
    archive.keep({"id": "3"}, EPOCH + timedelta(seconds=4))
    archive.close()
    [name] = files(tmp_path)
    assert [tweet["id"] for tweet in tweets_in(tmp_path / name)] == ["1", "2", "3"]


def test_an_archive_is_what_match_reads(tmp_path: Path) -> None:
    options = Options(folder=tmp_path)
    for number in range(FRAME_TWEETS + 5):
        see(number, options, text="fire" if number % 100 == 0 else "hello")
    tocsin_finish(options)
    (tmp_path / "rules.yaml").write_text("rules: {fire: {when: {word: fire}}}\n")
    found = subprocess.run(
        [sys.executable, "-m", "tocsin", "match", "--rules", "rules.yaml", files(tmp_path)[0]],
        cwd=tmp_path,
        env={**os.environ, "TOCSIN_PLUGINS": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(found.stdout.splitlines()) == 11
