"""Experiments of many kinds, small, made ready to be looked at; and rows without a file."""

import numpy as np
import pytest

from axone.experiments import Experiment
from axone.experiments.preparation import prepare
from axone.playground.frames import decode, encode
from axone.playground.views import PARTS, Stage, View, frame_arrays
from axone.training import History


class Seen:
    """A stage, weights that were drawn, and the frame that is made of them."""

    def __init__(self, prepared, view):
        self.prepared, self.network = prepared, prepared.network
        self.view = View.from_data({"parts": list(PARTS), **view}, prepared)
        self.stage = Stage.of(prepared, self.view)
        self.parameters = self.stage.plan.initialize()

    def frame(self, **settings):
        arrays = frame_arrays(self.stage, self.parameters, History(), **settings)
        return decode(encode(1, {}, arrays))


@pytest.fixture(autouse=True)
def _no_data_home(tmp_path, monkeypatch):
    monkeypatch.setenv("AXONE_DATA", str(tmp_path / "data-home"))


@pytest.fixture
def seen():
    """Look at a source of data by a network."""

    def look(source, view=None, /, **settings):
        return Seen(prepare(Experiment.from_source(str(source), settings)), view or {})

    return look


@pytest.fixture
def seen_rows():
    """Look at rows in memory by a network."""

    def look(rows, view=None, /, **settings):
        return Seen(prepare(Experiment.in_memory(settings), rows), view or {})

    return look


@pytest.fixture
def table():
    """A table of numbers, words, truths and gaps, whose target is a number."""
    import pandas as pd

    random = np.random.default_rng(0)
    count = 80
    frame = pd.DataFrame(
        {
            "size": random.normal(20, 5, count),
            "colour": random.choice(["red", "green", "blue"], count, p=[0.2, 0.7, 0.1]),
            "age": random.uniform(1, 9, count),
            "new": random.random(count) < 0.25,
        }
    )
    frame.loc[::9, "age"] = np.nan
    frame["price"] = frame["size"] * 3 + 10
    return frame
