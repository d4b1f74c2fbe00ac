"""Designs that would take all memory, or minutes a step, are refused before anything is built."""

import json

import pytest

from axone.errors import ConfigurationError
from axone.playground.bench import FIRST
from axone.playground.designs import RefusedDesignError
from axone.playground.questions import answers
from axone.processors import processors


def _with(**sections):
    return {**FIRST, **sections}


def _nested(levels):
    layer = {"name": "dense", "units": 2}
    for _ in range(levels):
        layer = {"name": "residual", "layers": [layer] * 3}
    return [layer]


POINT = [{"name": "dense", "units": 1}, {"name": "reshape", "shape": [1, 1, 1]}]
PLANES = [*POINT, {"name": "upsample", "size": [1024, 1024]}]


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([*PLANES, *[{"name": "activation", "function": "relu"}] * 60], "more work than a page"),
        (
            [
                {"name": "dense", "units": 20_000},
                {"name": "reshape", "shape": [20_000, 1]},
                {"name": "attention", "heads": 1},
                {"name": "last_step"},
            ],
            "more work than a page",
        ),
        (_nested(7), "layers, those within residual blocks counted"),
    ],
    ids=["planes", "attention", "nested"],
)
def test_layers_that_fill_the_memory_are_refused(bench, layers, words):
    if layers[0].get("units") == 1:
        layers = [*layers, {"name": "global_pool"}]
    with pytest.raises(RefusedDesignError, match=words) as refused:
        bench.set_design(_with(network={"hidden_layers": layers}))
    assert refused.value.place == "network.hidden_layers"


def test_a_step_of_too_many_rows_is_refused_at_its_batch_size(bench):
    with pytest.raises(RefusedDesignError, match="70,000 rows") as refused:
        bench.set_design(
            _with(
                data={"source": "spirals", "options": {"rows": 100_000}},
                network={"hidden_layers": [{"name": "dense", "units": 1900}] * 2},
                training={"batch_size": 100_000},
            )
        )
    assert refused.value.place == "training.batch_size"


def test_an_optimizer_that_remembers_gigabytes_is_refused(bench):
    with pytest.raises(RefusedDesignError, match="takes too much memory") as refused:
        bench.set_design(
            _with(
                network={"hidden_layers": [{"name": "dense", "units": 1000}] * 2},
                training={"optimizer": {"name": "lbfgs", "memory": 1000}},
            )
        )
    assert refused.value.place == "training.optimizer"


def test_more_epochs_than_are_kept_are_refused_and_a_run_is_not_prolonged_beyond(
    bench, monkeypatch
):
    with pytest.raises(RefusedDesignError) as refused:
        bench.set_design(_with(training={"epochs": 10**7}))
    assert refused.value.place == "training.epochs"
    assert "1,000,000" in refused.value.words
    bench.set_design(_with(training={"epochs": 3, "batch_size": 64}))
    monkeypatch.setattr("axone.playground.attempts.MOST_EPOCHS", 5)
    for most in (3, 5):
        bench.play()
        while bench.playing:
            bench.learn()
        assert bench.run.state.epoch == most
    with pytest.raises(ConfigurationError, match="at most 5 epochs"):
        bench.play()
    assert bench.run.state.epoch == 5


def test_threads_of_a_larger_machine_become_those_of_this_one(bench):
    bench.set_design(_with(threads=1024))
    assert bench.design.prepared.experiment.settings.threads == processors()


def test_a_table_of_very_many_columns_is_refused_before_it_is_looked_at(bench, tmp_path):
    names = [f"c{n}" for n in range(6000)]
    path = tmp_path / "wide.csv"
    path.write_text("\n".join([",".join(names)] + [",".join("1" for _ in names)] * 5))
    source = bench.sources.add("wide.csv", path)
    for ask, fields in (
        ("look", {"source": source}),
        ("design", {"design": {"data": {"source": source}}}),
    ):
        with pytest.raises(Exception, match="6000 columns, more than the limit of 5000"):
            answers()[ask](bench, fields)


def test_records_of_many_names_hold_no_more_cells_than_a_page_waits_for(bench, tmp_path):
    path = tmp_path / "sparse.json"
    records = [{f"k{n}": 1} for n in range(4900)] + [{"k0": 1}] * 6000
    path.write_text(json.dumps(records))
    source = bench.sources.add("sparse.json", path)
    with pytest.raises(Exception, match="more cells than the limit"):
        answers()["look"](bench, {"source": source})
