"""Very many rules are read once and then taken from a cache: the same ones, or read anew."""

import marshal
import os
import pickle
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import pytest

from tocsin.hookspecs import Operator
from tocsin.logic.vocabulary import Vocabulary, standard_vocabulary
from tocsin.rules.reading import load, packing
from tocsin.rules.reading.cache import Cache
from tocsin.rules.reading.load import Loaded, load_rules
from tocsin.rules.ruleset import Rule

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners of files can't be told")

WORDS = standard_vocabulary()
RULES = """\
tocsin: 1
defaults: {severity: low, labels: {team: care}, throttle: {every: 30m, per: .user.id}}
lists:
  storms: {file: storms.txt}
macros:
  loud: {gt: [.metrics.likes, 100]}
rules:
  first:
    title: "{{ user.username }}: {{ text | clip(80) }}"
    labels: {topic: sea}
    when: {and: [{word: {list: storms}}, {macro: loud}]}
    once_per: .user.id
    except: [{id: drill, why: a drill, until: 2030-01-01, when: {word: drill}}]
    tests:
      - {tweet: {text: a storm, metrics.likes: 101}, expect: match}
  second:
    match: {keywords: [flood], min_retweets: 3}
    when: {in: [.lang, [en, 1, true, 1.0, null]]}
    budget: 5/day
    notify: [chat]
"""
OVERLAY = """\
tocsin: 1
overlay: true
rules:
  second: {severity: critical, except: [{id: film, why: a film, when: {word: film}}]}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(load, "MANY", 2)
    monkeypatch.setattr(load, "LARGE_BYTES", 0)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "rules" / "b.yaml").write_text(OVERLAY, encoding="utf-8")
    (tmp_path / "rules" / "storms.txt").write_text("storm\ngale\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def cache(project: Path) -> Cache:
    return Cache(project / "cache")


def read(cache: Cache | None, words: Vocabulary = WORDS, **more: object) -> Loaded:
    loaded = load_rules([Path("rules")], words, cache=cache, **more)  # type: ignore[arg-type]
    assert loaded.diagnostics == ()
    return loaded


def rules(loaded: Loaded) -> list[Rule]:
    assert loaded.ruleset is not None
    return list(loaded.ruleset.rules.values())


@pytest.fixture
def unpackings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each time that rules come out of the cache."""
    found: list[str] = []
    unpacked = packing.unpacked

    def noted(raw: bytes, documents: object) -> object:
        ruleset = unpacked(raw, documents)  # type: ignore[arg-type]
        found.append(ruleset.revision)
        return ruleset

    monkeypatch.setattr("tocsin.rules.reading.cache.unpacked", noted)
    return found


def kept(cache: Cache) -> Path:
    (file,) = cache.folder.iterdir()
    return file


def test_rules_from_the_cache_are_those_from_the_files(cache: Cache, unpackings: list[str]) -> None:
    first, second, uncached = read(cache), read(cache), read(None)
    assert len(unpackings) == 1
    assert first.ruleset is not None
    assert second.ruleset is not None
    assert second.ruleset.revision == first.ruleset.revision
    for rule, same, plain in zip(rules(first), rules(second), rules(uncached), strict=True):
        assert rule == same == plain
        assert repr(same.condition) == repr(plain.condition)
        assert dict(same.origins) == dict(plain.origins)
    assert second.files == first.files
    assert dict(second.sources) == dict(uncached.sources)
    assert second.documents["rules/a.yaml"].keys == uncached.documents["rules/a.yaml"].keys


def test_the_cache_is_open_to_its_owner_alone(cache: Cache) -> None:
    read(cache)
    assert cache.folder.stat().st_mode & 0o777 == 0o700
    assert kept(cache).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "more"), [("a.yaml", "# a note\n"), ("b.yaml", "# a note\n"), ("storms.txt", "typhoon\n")]
)
def test_a_changed_file_is_read_anew(project: Path, cache: Cache, unpackings: list[str], name: str, more: str) -> None:
    read(cache)
    path = project / "rules" / name
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert rules(read(cache)) == rules(read(None))
    assert unpackings == []


def test_rules_are_read_anew_where_anything_else_differs_that_they_depend_on(
    cache: Cache, unpackings: list[str]
) -> None:
    read(cache)
    more = Operator(
        name="shouts", arguments=("text",), result="truth", function=str.isupper, doc="Whether it is loud.",
        example="shouts: [.text]",
    )  # fmt: skip
    read(cache, WORDS.extended([more], {}))
    read(cache, destinations=["chat"])
    read(cache, destinations=["chat", "mail"])
    assert unpackings == []
    read(cache, destinations=["mail", "chat"])
    assert len(unpackings) == 1


def test_rules_with_mistakes_are_never_kept(project: Path, cache: Cache) -> None:
    (project / "rules" / "a.yaml").write_text(RULES.replace("word: drill", "wrod: drill"), encoding="utf-8")
    found = [load_rules([Path("rules")], WORDS, cache=cache).diagnostics for _ in range(2)]
    assert found[0] == found[1] != ()
    assert not cache.folder.exists()


def test_rules_that_ask_for_plugins_are_never_kept(project: Path, cache: Cache) -> None:
    """Whether these are installed is another question at each start."""
    (project / "rules" / "a.yaml").write_text(f'{RULES}requires: {{plugins: {{x: ">=1"}}}}\n', encoding="utf-8")
    read(cache, installed={"x": "1.0"})
    assert load_rules([Path("rules")], WORDS, cache=cache, installed={}).diagnostics != ()


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def _turned(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


def _of_something_else(file: Path) -> None:
    raw = marshal.dumps(([], marshal.dumps(("x", [], pickle.dumps([]), [], [], [("a",)]))))
    file.write_bytes(blake2b(raw, digest_size=32).digest() + raw)


def _of_a_command(file: Path) -> None:
    evil = marshal.dumps(("x", [], b"cos\nsystem\n(S'touch pwned'\ntR.", [], [], []))
    raw = marshal.dumps(([], evil))
    file.write_bytes(blake2b(raw, digest_size=32).digest() + raw)


def _open_to_others(file: Path) -> None:
    file.chmod(0o620)


def _in_an_open_folder(file: Path) -> None:
    file.parent.chmod(0o777)


def _a_link(file: Path) -> None:
    file.rename(file.parent.parent / "elsewhere")
    file.symlink_to(file.parent.parent / "elsewhere")


def _a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


DAMAGES = (
    _cut, _turned, _emptied, _of_something_else, _of_a_command, _open_to_others, _in_an_open_folder, _a_link, _a_pipe,
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_what_can_not_be_believed_is_passed_over(
    project: Path, cache: Cache, unpackings: list[str], damage: Callable[[Path], None]
) -> None:
    expected = rules(read(cache))
    damage(kept(cache))
    assert rules(read(cache)) == expected
    assert unpackings == []
    assert not (project / "pwned").exists()


def test_a_folder_that_can_not_be_made_is_no_mistake(project: Path) -> None:
    (project / "file").write_text("", encoding="utf-8")
    read(Cache(project / "file" / "cache"))


def test_only_the_newest_rule_sets_are_kept(project: Path, cache: Cache) -> None:
    for number in range(7):
        (project / "rules" / "b.yaml").write_text(f"{OVERLAY}# {number}\n", encoding="utf-8")
        read(cache)
    assert len(list(cache.folder.iterdir())) == 5


def test_that_rules_are_proved_is_noted_and_forgotten_with_any_change(project: Path, cache: Cache) -> None:
    first = read(cache)
    assert first.cached_as is not None
    assert not cache.is_proved(first.cached_as)
    cache.note_proved(first.cached_as)
    assert cache.is_proved(first.cached_as)
    assert read(cache).cached_as == first.cached_as
    (project / "rules" / "b.yaml").write_text(f"{OVERLAY}# more\n", encoding="utf-8")
    changed = read(cache).cached_as
    assert changed is not None
    assert not cache.is_proved(changed)
