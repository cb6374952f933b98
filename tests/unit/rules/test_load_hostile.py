"""Rule files that would hang, fill the memory, or make a rule disappear without a word."""

import os
from pathlib import Path

import pytest

from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules


def told(path: Path) -> list[tuple[int, str]]:
    return [(d.span.line, d.code) for d in load_rules([path], standard_vocabulary()).diagnostics]


def test_the_first_macro_that_others_make_too_large_is_an_error_and_no_rule_is_left_out(tmp_path: Path) -> None:
    macros = [f"  m{n}: {{and: [{{macro: m{n - 1}}}, {{macro: m{n - 1}}}, {{macro: m{n - 1}}}]}}" for n in range(1, 20)]
    lines = ["macros:", "  m0: {word: x}", *macros, "rules:", "  a: {when: {macro: m19}}", "  b: {when: {word: x}}"]
    file = tmp_path / "bomb.yaml"
    file.write_text("\n".join(lines))
    assert told(file) == [(lines.index(macros[7]) + 1, "too-large")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_or_a_device_is_no_rule_file_and_no_list(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "device.yaml").symlink_to("/dev/zero")
    (tmp_path / "lists.yaml").write_text("lists: {a: {file: pipe.yaml}}\nrules: {a: {when: {word: {list: a}}}}\n")
    assert told(tmp_path / "pipe.yaml") == [(1, "no-such-file")]
    assert told(tmp_path / "device.yaml") == [(1, "no-such-file")]
    assert "list-file" in [code for _, code in told(tmp_path / "lists.yaml")]
