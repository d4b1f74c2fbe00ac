"""Pictures drawn by a second process: the same, whole, and never into another run's folder."""

import os
import shutil

import numpy as np
import pytest

from axone.experiments import Experiment, drawing, run
from axone.experiments.drawing import carry_out, draw_by_another_process

SHORT = {"training": {"epochs": 3}}


@pytest.fixture
def handed_over(here):
    """A run, and what its pictures are drawn from."""
    kept = []
    run(Experiment.from_source("wine", SHORT), here / "run", draw=lambda *run: kept.append(run))
    return kept[0]


def pictures_of(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.png")}


def files_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.usefixtures("pictures", "dark_pictures")
def test_the_second_process_draws_what_the_first_would_have_drawn(here, handed_over):
    process = draw_by_another_process(*handed_over)
    assert process is not None
    assert process.wait(timeout=120) == 0
    drawn = files_of(here / "run")
    assert {"curves.png", "dark/curves.png", "report.html", "intervals.json"} < set(drawn)
    drawing.draw_at_once(*handed_over)
    assert drawn == files_of(here / "run")


@pytest.fixture
def job(handed_over, monkeypatch):
    """What is handed over, read from the pipe of a process that never was."""
    written = []

    class Process:
        def __init__(self, *words, **settings):
            self.stdin = self

        def __enter__(self):
            return self

        def __exit__(self, *failure):
            return None

        def write(self, content):
            written.append(bytes(content))

    monkeypatch.setattr(drawing.subprocess, "Popen", Process)
    draw_by_another_process(*handed_over)
    return written[0]


def test_what_keeps_the_second_process_from_drawing_is_kept(here, job, monkeypatch):
    def fails(*run):
        raise RuntimeError("no font")

    monkeypatch.setattr(drawing, "draw_pictures", fails)
    with pytest.raises(RuntimeError):
        carry_out(job)
    assert (here / "run" / "drawing.log").read_text().endswith("RuntimeError: no font\n")


def test_a_folder_that_is_gone_does_not_come_back(here, job):
    shutil.rmtree(here / "run")
    carry_out(job)
    assert not (here / "run").exists()


def test_another_run_that_took_the_folder_meanwhile_gets_no_picture(here, job, monkeypatch):
    def drawn_slowly(prepared, result, model, folder):
        (folder / "curves.png").write_bytes(b"of the run before")
        os.utime(here / "run/history.csv", ns=(0, 0))

    monkeypatch.setattr(drawing, "draw_pictures", drawn_slowly)
    carry_out(job)
    assert pictures_of(here / "run") == {}


@pytest.mark.parametrize(
    "failing",
    [
        lambda patch: patch.setattr(drawing, "_MOST_BYTES", 1000),
        lambda patch: patch.setattr(drawing.sys, "executable", "/nowhere/python"),
    ],
    ids=["much data", "no process"],
)
def test_where_nothing_can_be_handed_over_the_pictures_are_drawn_at_once(
    here, handed_over, monkeypatch, failing
):
    failing(monkeypatch)
    drawn = []
    monkeypatch.setattr(drawing, "draw_at_once", lambda *run: drawn.append(run))
    assert draw_by_another_process(*handed_over) is None
    assert drawn == [handed_over]


def test_the_language_goes_with_the_pictures(job, monkeypatch):
    chosen = []
    monkeypatch.setattr(drawing, "use_language", chosen.append)
    monkeypatch.setattr(drawing, "draw_pictures", lambda *run: None)
    carry_out(job)
    assert chosen == ["en"]


def test_arrays_are_handed_over_as_they_are(job):
    import pickle

    _language, _state, prepared, _result, model, _folder = pickle.loads(job)
    part = next(iter(prepared.parts.values()))
    assert np.isfinite(model.forward(part.X, part.mask)).all()
