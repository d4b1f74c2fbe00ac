"""Intervals of scores: those of the bootstrap, as SciPy makes them of the same rows."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import bootstrap
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error

from axone.experiments import Experiment, intervals
from axone.experiments.intervals import score_intervals
from axone.experiments.preparation import last_part


def run_on(source, settings=None):
    result = Experiment.from_source(source, settings or {"training": {"epochs": 3}}).run()
    return result.prepared, result.model


@pytest.mark.parametrize(
    ("source", "name", "score"),
    [
        ("wine", "accuracy", accuracy_score),
        ("wine", "f1_macro", lambda y, said: f1_score(y, said, average="macro")),
        ("diabetes", "mae", mean_absolute_error),
    ],
)
def test_the_intervals_are_about_those_of_scipy(source, name, score):
    prepared, model = run_on(source)
    _name, part = last_part(prepared)
    outputs = model.forward(part.X, part.mask)
    said = outputs.argmax(axis=1) if source == "wine" else model.target.decode(outputs)
    wanted = bootstrap(
        (part.y, said),
        score,
        paired=True,
        vectorized=False,
        n_resamples=2000,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    low, high = score_intervals(prepared, model)["scores"][name]
    width = wanted.high - wanted.low
    # Ends of 500 samples lie within a seventh of the width of those of 2,000.
    assert low == pytest.approx(wanted.low, abs=0.15 * width + 1e-9)
    assert high == pytest.approx(wanted.high, abs=0.15 * width + 1e-9)


def test_the_same_rows_have_the_same_intervals():
    prepared, model = run_on("iris")
    assert score_intervals(prepared, model) == score_intervals(prepared, model)


def test_of_many_rows_fewer_samples_are_drawn(monkeypatch):
    prepared, model = run_on("iris")
    assert score_intervals(prepared, model)["resamples"] == 500
    monkeypatch.setattr(intervals, "_MOST_CELLS", 1)
    assert score_intervals(prepared, model)["resamples"] == 100


def test_one_row_has_no_interval():
    prepared, model = run_on("iris")
    name, part = last_part(prepared)
    one = replace(prepared, parts=prepared.parts | {name: part.rows(slice(0, 1))})
    assert score_intervals(one, model) == {}
