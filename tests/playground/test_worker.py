"""The worker when something goes wrong in it that no design is refused for."""

import io
import json
import threading

import pytest

from axone.playground import pipe
from axone.playground.bench import FIRST
from axone.playground.painter import Painter
from axone.playground.views import Stage, View
from axone.playground.worker import Worker


@pytest.fixture
def working(bench):
    """A worker at a bench, and what it has said."""
    said = io.BytesIO()
    worker = Worker(io.BytesIO(), said)
    worker._bench = bench

    def told():
        said.seek(0)
        return [json.loads(each) for each in iter(lambda: pipe.read(said), None)]

    return worker, told


def _no_memory(*_given, **_settings):
    raise MemoryError("std::bad_alloc")


def test_training_that_finds_no_memory_pauses_and_says_so(working, bench, monkeypatch):
    worker, told = working
    bench.play()
    monkeypatch.setattr(type(bench), "learn", _no_memory)
    worker._learn(bench)
    assert not bench.playing
    assert any("not enough memory" in each.get("words", "") for each in told())


def test_a_question_that_finds_no_memory_is_refused_in_words(working, bench, monkeypatch):
    worker, told = working
    monkeypatch.setattr(type(bench), "step", _no_memory)
    worker._take({"id": 7, "ask": "step"})
    (answer,) = told()
    assert answer["answer"] == 7
    assert "not enough memory" in answer["refused"]["words"]


def test_a_frame_that_cannot_be_painted_is_not_the_last_one(bench, monkeypatch, capsys):
    frames, ready = [], threading.Event()
    painter = Painter(frames.append, ready.set)
    with monkeypatch.context() as patch:
        patch.setattr("axone.playground.painter.frame_arrays", _no_memory)
        painter.ask()
        painter.offer(bench)
        assert ready.wait(30)
    assert not frames
    ready.clear()
    painter.ask()
    bench.version += 1
    painter.offer(bench)
    assert ready.wait(30)
    assert len(frames) == 1
    assert "std::bad_alloc" in capsys.readouterr().err


def test_units_of_layers_that_multiply_nothing_are_shown_on_fewer_points(bench):
    planes = [
        {"name": "dense", "units": 1},
        {"name": "reshape", "shape": [1, 1, 1]},
        {"name": "upsample", "size": [256, 256]},
        {"name": "global_pool"},
    ]
    network = {"hidden_layers": planes}
    bench.set_design({**FIRST, "network": network, "training": {"batch_size": 16}})
    prepared = bench.design.prepared
    stage = Stage.of(prepared, View.from_data({"grid": 100, "unit_grid": 100}, prepared))
    together = len(stage.unit_rows) * prepared.network.kept_numbers
    assert together * 4 < 2**28
