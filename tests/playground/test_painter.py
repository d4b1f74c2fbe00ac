"""Frames are painted beside the training; what goes wrong in one ends neither of them."""

import copy
import queue
import threading

import numpy as np
import pytest

from axone.playground import painter as painting
from axone.playground.bench import FIRST
from axone.playground.frames import decode
from axone.playground.painter import Painter


class Page:
    """Stands where the server does: it takes the frames, and asks for the next one."""

    def __init__(self):
        self.frames, self.ready = queue.Queue(), queue.Queue()
        self.painter = Painter(self.frames.put, lambda: self.ready.put(True))

    def frame(self, bench):
        """Ask for a frame and wait for it."""
        self.painter.ask()
        self.painter.offer(bench)
        frame = decode(self.frames.get(timeout=20))
        self.ready.get(timeout=20)
        return frame


@pytest.fixture
def page():
    return Page()


@pytest.fixture
def held(monkeypatch):
    """Painting that waits until it may go on."""
    begun, may_go_on, paint = threading.Event(), threading.Event(), painting.frame_arrays

    def slowly(*given, **settings):
        begun.set()
        assert may_go_on.wait(20)
        return paint(*given, **settings)

    monkeypatch.setattr(painting, "frame_arrays", slowly)
    return begun, may_go_on


def test_a_frame_shows_what_is_new_and_the_points_once(page, bench):
    first = page.frame(bench)
    assert first.header["curves"] == {"from": "start"}
    assert first.arrays["curve.epoch"].tolist() == [1, 2, 3, 4, 5]
    assert "points" in first.arrays
    bench.epoch()
    second = page.frame(bench)
    assert "curves" not in second.header
    assert second.arrays["curve.epoch"].tolist() == [6]
    assert "points" not in second.arrays
    assert second.header["state"]["epoch"] == 6


def test_nothing_is_painted_where_nothing_is_new_or_nobody_asks(page, bench):
    page.frame(bench)
    page.painter.offer(bench)
    page.painter.ask()
    page.painter.offer(bench)
    bench.epoch()
    page.painter.offer(bench)
    assert decode(page.frames.get(timeout=20)).header["state"]["epoch"] == 6
    assert page.frames.empty()


def test_another_run_has_its_curves_from_the_start(page, bench):
    page.frame(bench)
    bench.reset()
    bench.epoch()
    frame = page.frame(bench)
    assert frame.header["curves"] == {"from": "start"}
    assert frame.arrays["curve.epoch"].tolist() == [1]


def test_a_page_that_comes_while_a_frame_is_painted_is_shown_everything_by_the_next(
    page, bench, held
):
    begun, may_go_on = held
    page.painter.ask()
    page.painter.offer(bench)
    assert begun.wait(20)
    page.painter.begin_anew()
    may_go_on.set()
    page.frames.get(timeout=20)
    page.ready.get(timeout=20)
    bench.epoch()
    frame = page.frame(bench)
    assert frame.arrays["curve.epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    assert "points" in frame.arrays


def test_a_frame_shows_the_weights_of_its_moment_whatever_is_learnt_meanwhile(page, bench, held):
    begun, may_go_on = held
    page.painter.ask()
    page.painter.offer(bench)
    assert begun.wait(20)
    before = bench.parameters()
    for _ in range(20):
        bench.epoch()
    bench.set_design(FIRST)
    bench.undo()
    may_go_on.set()
    frame = decode(page.frames.get(timeout=20))
    assert frame.header["state"]["epoch"] == 5
    assert frame.arrays["curve.epoch"].tolist() == [1, 2, 3, 4, 5]
    assert np.array_equal(frame.arrays["links.0"], before.by_layer[0]["weight"])


@pytest.mark.parametrize("fails", ["frame_arrays", "Stage"])
def test_a_frame_that_fails_comes_empty_and_the_next_one_shows_everything(
    page, bench, monkeypatch, capsys, fails
):
    def fail(*_given, **_settings):
        raise ValueError("a mistake of ours")

    with monkeypatch.context() as broken:
        if fails == "Stage":
            broken.setattr(painting.Stage, "of", fail)
            page.painter.ask()
            page.painter.offer(bench)
            frame = decode(page.frames.get(timeout=20))
        else:
            broken.setattr(painting, "frame_arrays", fail)
            frame = page.frame(bench)
            bench.epoch()
            page.frame(bench)
    assert frame.arrays == {}
    assert frame.header["state"]["epoch"] == 5
    assert capsys.readouterr().err.count("ValueError: a mistake of ours") == 1
    bench.epoch()
    frame = page.frame(bench)
    assert frame.arrays["curve.epoch"][0] == 1
    assert "points" in frame.arrays


def test_a_view_that_does_not_fit_another_design_gives_way(page, bench):
    bench.set_design(copy.deepcopy(dict(FIRST)) | {"data": {"source": "iris"}})
    page.painter.set_view(bench, {"plane": {"kind": "columns", "columns": [3, 2]}})
    bench.reset()
    assert page.painter.stage(bench).view.columns == (3, 2)
    bench.set_design(FIRST)
    assert page.painter.stage(bench).view.columns == (0, 1)


def test_frames_of_a_bench_that_learns_and_is_gone_back_on_agree_with_themselves(page, bench):
    """Laps, designs and undoing in one thread, painting in the other, many times over."""
    page.painter.ask()
    bench.play()
    seen = 0
    for turn in range(400):
        bench.learn()
        page.painter.offer(bench)
        if turn % 40 == 39:
            bench.reset(turn)
            bench.play()
        if turn % 100 == 99:
            bench.undo()
            bench.play()
        while not page.frames.empty():
            frame = decode(page.frames.get())
            seen += 1
            told = frame.arrays.get("curve.epoch", ())
            lengths = {len(frame.arrays[name]) for name in frame.arrays if "curve." in name}
            assert lengths <= {len(told)}
            assert len(told) == 0 or told[-1] == frame.header["state"]["epoch"]
            if "curves" in frame.header and len(told):
                assert told[0] == 1
            page.painter.ask()
    page.painter.offer(bench)
    assert seen + page.frames.qsize() > 3
