"""The benchmark's own parts: the same workload every time, contenders that agree, tables that are whole."""

from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner

from tocsin.bench import contenders, loading, measure
from tocsin.bench.workload import own_workload, standard_workload
from tocsin.cli.bench import bench
from tocsin.logic.vocabulary import standard_vocabulary
from tocsin.rules.reading.load import load_rules


def test_the_same_rules_and_tweets_come_every_time() -> None:
    assert own_workload(20, 20) == own_workload(20, 20)
    assert len({*own_workload(20, 20).lines}) == 20


def test_all_contenders_say_the_same_of_standard_rules() -> None:
    work = standard_workload(500, 10)
    rules = contenders.compiled(work.conditions)
    rivals = [contenders.looped(rules), contenders.reference(work.conditions), contenders.datalogic(work.conditions)]
    found = []
    for tweet in work.tweets():
        mine = list(contenders.indexed(rules)(tweet))
        found += mine
        assert all(list(rival(tweet)) == mine for rival in rivals if rival is not None)
    assert found


def test_speeds_are_not_compared_where_verdicts_differ() -> None:
    rivals: dict[str, contenders.Contender] = {"one": lambda tweet: [1], "other": lambda tweet: []}
    with pytest.raises(ValueError, match="not the same verdicts"):
        measure.check_agreement(rivals, [{"text": "btc"}])


def test_rule_files_are_written_the_same_every_time_and_can_be_read(tmp_path: Path) -> None:
    loading.written(tmp_path, 1_200)
    loaded = load_rules([tmp_path], standard_vocabulary())
    assert loaded.diagnostics == ()
    assert loaded.ruleset is not None
    assert len(loaded.ruleset.rules) == 1_200
    assert list(loading.rule_files(3)) == list(loading.rule_files(3))


def test_costs_are_the_least_of_several_runs() -> None:
    ticks = chain([0.0, 4.0, 10.0, 12.0, 20.0, 23.0])
    assert measure.microseconds(lambda item: None, [1], budget_s=0.0, clock=lambda: next(ticks)) == 2_000_000


@pytest.mark.slow
def test_the_command_prints_every_table() -> None:
    result = CliRunner().invoke(bench, ["--quick"])
    assert result.exit_code == 0
    for title in (
        "against the floor",
        "more that never match",
        "verdicts equal",
        "an index is bad at",
        "Loading",
    ):
        assert title in result.output
