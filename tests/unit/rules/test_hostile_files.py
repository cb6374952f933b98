"""Files made to hang, crash or fill the memory: each is refused at once, with a diagnostic at the place that did it.

What each took is shown by `pytest -rP`; the time is never a reason to fail, the memory is.
"""

import os
import time
import tracemalloc
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import Loaded, load_rules

MANY = 100_000
MOST_MEMORY_BYTES = 64 << 20


def alias_bomb() -> str:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(["a0: &a0 [x]", *levels])


def merge_bomb() -> str:
    levels = [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}" for n in range(1, 30)]
    return "\n".join(["a0: &a0 {x: 1}", *levels])


def macro_bomb() -> str:
    macros = [f"  m{n}: {{and: [{', '.join([f'{{macro: m{n - 1}}}'] * 3)}]}}" for n in range(1, 20)]
    rules = [f"  r{n}: {{when: {{macro: m19}}}}" for n in range(100)]
    return "\n".join(["macros:", "  m0: {word: x}", *macros, "rules:", *rules])


def macro_tangle() -> str:
    everyone = ", ".join(f"{{macro: m{n}}}" for n in range(20))
    return "\n".join(["macros:", *(f"  m{n}: {{and: [{everyone}]}}" for n in range(20)), "rules: {}"])


BOMBS: dict[str, tuple[str, str]] = {
    "flow brackets": ("[" * 2 * MANY, "too-deep"),
    "balanced brackets": ("rules: " + "[" * MANY + "]" * MANY, "too-deep"),
    "braces": ('{"a":' * MANY, "too-deep"),
    "dashes": ("- " * MANY, "too-deep"),
    "question marks": ("? " * MANY, "too-deep"),
    "deep mappings": ("".join(f"{' ' * depth}a:\n" for depth in range(1_000)), "too-deep"),
    "deep condition": ("rules:\n  a: {when: " + '{"and": [' * 90 + "1" + "]}" * 90 + "}", "too-deep"),
    "deep template": (f"rules:\n  a: {{title: '{{{{ {'(' * 4_900}1 }}}}', when: {{word: x}}}}", "bad-template"),
    "aliases": (alias_bomb(), "too-large"),
    "merges": (merge_bomb(), "too-large"),
    "one merge of many": ("a: &a {x: 1}\nb: {<<: [" + "*a, " * MANY + "*a]}", "too-large"),
    "macros": (macro_bomb(), "too-large"),
    "a tangle of macros": (macro_tangle(), "macro-cycle"),
    "an alias of itself": ("a: &a {b: *a}", "alias-cycle"),
    "a chain of macros": (
        "macros:\n  m0: {word: x}\n" + "".join(f"  m{n}: {{macro: m{n - 1}}}\n" for n in range(1, 1_000)),
        "too-deep",
    ),
    "a huge scalar": ("rules: " + "x" * 1_000_000, "wrong-type"),
    "a huge block": ("rules: |\n" + "  xxxxxxxxx\n" * 80_000, "wrong-type"),
    "a huge name": ("rules:\n  a: {when: {macro: " + "k" * 900_000 + "}}", "unknown-macro"),
    "a huge expression": ("rules:\n  a: {when: {matches: '" + "(a?){1000}" * 40_000 + "'}}", "bad-pattern"),
    "a giant integer": ("rules:\n  a: {when: {gt: [.metrics.likes, " + "9" * 900_000 + "]}}", "not-json"),
    "a giant exponent": ("rules:\n  a: {when: {gt: [.metrics.likes, 1e999999]}}", "not-json"),
    "anchors": ("rules:\n" + "".join(f"- &a{n} x\n" for n in range(20_000)), "wrong-type"),
    "colons": (": " * 3 * MANY, "syntax"),
    "commas": ("[" + "," * 3 * MANY, "syntax"),
    "open quotes": ('"\\n' * MANY, "syntax"),
    "tabs": ("\t" * 5 * MANY, "syntax"),
    "percent signs": ("%\n" * MANY, "unquoted-sign"),
    "documents": ("---\n" * 2 * MANY, "many-documents"),
    "emoji escapes": ('{"a": "' + "\\ud83d\\ude00" * 80_000 + '"}', "unknown-key"),
    "nothing but lines": ("\n" * 9 * MANY, "no-rules"),
    "a NUL": ("rules:\n  a: {when: {word: \0}}", "bad-character"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_little_memory(name: str, tmp_path: Path) -> None:
    content, code = BOMBS[name]
    (tmp_path / "bomb.yaml").write_text(content, encoding="utf-8")
    begun = time.process_time()
    loaded = load(tmp_path / "bomb.yaml")
    print(f"{name}: {time.process_time() - begun:.3f} s")
    tracemalloc.start()
    load(tmp_path / "bomb.yaml")
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert code in {d.code for d in loaded.diagnostics}
    assert loaded.ruleset is None
    assert peak_bytes < MOST_MEMORY_BYTES


@pytest.mark.parametrize(
    ("content", "code", "hint"),
    [
        ("rules: {}".encode("utf-16"), "bad-encoding", "it looks like UTF-16: save the file as UTF-8"),
        ("rules: {}".encode("utf-16-le"), "bad-encoding", "it looks like UTF-16: save the file as UTF-8"),
        ("rules: {x: 'é'}".encode("latin-1"), "bad-encoding", "save the file as UTF-8"),
        (b"\x1f\x8b\x08\x00", "bad-encoding", "save the file as UTF-8"),
    ],
    ids=["utf-16", "utf-16 without mark", "latin-1", "gzip"],
)
def test_what_is_no_utf_8_is_told_in_one_line(content: bytes, code: str, hint: str, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_bytes(content)
    assert [(d.code, d.hint) for d in load(tmp_path / "odd.yaml").diagnostics] == [(code, hint)]


def test_a_file_of_ten_megabytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "large.yaml").open("wb") as file:
        file.truncate(10 << 20)
    (told,) = load(tmp_path).diagnostics
    assert (told.code, told.message) == ("too-large", "10,485,760 bytes; a file may have 1,048,576")


def test_a_folder_that_is_called_like_a_file_is_looked_through(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").mkdir()
    (tmp_path / "more.yaml" / "a.yaml").write_text("rules: {a: {when: {word: x}}}")
    loaded = load(tmp_path)
    assert loaded.ruleset is not None
    assert list(loaded.ruleset.rules) == ["a"]


def test_links_in_a_circle_end_and_one_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rules: {a: {when: {word: x}}}")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert load(tmp_path).diagnostics == ()
    (tmp_path / "self.yaml").symlink_to(tmp_path / "self.yaml")
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")
    told = load(tmp_path).diagnostics
    assert [(Path(d.span.file).name, d.code) for d in told] == [
        ("gone.yaml", "no-such-file"),
        ("self.yaml", "no-such-file"),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_never_waited_for_told_where_it_is_named_and_passed_over_in_a_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (told,) = load(tmp_path / "pipe.yaml").diagnostics
    assert (told.code, told.message) == ("no-such-file", "not a file")
    (tmp_path / "a.yaml").write_text("rules: {a: {when: {word: x}}}")
    assert load(tmp_path).diagnostics == ()


def test_a_file_and_a_folder_that_may_not_be_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may read everything: the refusal is the system's, played."""
    (tmp_path / "closed").mkdir()
    (tmp_path / "secret.yaml").write_text("rules: {}")

    def refuse(path: str | os.PathLike[str], *_: object, **__: object) -> object:
        if os.fspath(path).endswith(("closed", "secret.yaml")):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return original(path)

    original = os.scandir
    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    told = load(tmp_path).diagnostics
    assert [(Path(d.span.file).name, d.message) for d in told] == [
        ("closed", "can't be read: Permission denied"),
        ("secret.yaml", "can't be read: Permission denied"),
    ]


def load(path: Path) -> Loaded:
    return load_rules([path], standard_vocabulary())
