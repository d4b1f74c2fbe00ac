"""Frames are painted beside the training, for a page that may be another one by then."""

import queue

import pytest

from axone.playground import painter
from axone.playground.frames import decode
from axone.playground.painter import Painter


@pytest.fixture
def frames():
    """What was sent."""
    return queue.Queue()


def curves_of(frame):
    found = decode(frame)
    return found.header, found.arrays["curve.epoch"].tolist()


def test_a_page_that_comes_while_a_frame_is_painted_gets_the_curves_from_the_start(
    bench, frames, monkeypatch
):
    painting = Painter(frames.put, lambda: None)
    paint, page = painter.frame_arrays, iter([painting.begin_anew])

    def interrupted(*sight, **settings):
        next(page, lambda: None)()
        return paint(*sight, **settings)

    monkeypatch.setattr(painter, "frame_arrays", interrupted)

    def seen():
        painting.ask()
        while frames.empty():
            painting.offer(bench)
        return curves_of(frames.get())

    for _frame in range(2):
        header, epochs = seen()
        assert header["curves"] == {"from": "start"}
        assert epochs == [1, 2, 3, 4, 5]
    bench.epoch()
    assert seen()[1] == [6]
