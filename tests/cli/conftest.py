"""The command line in process: `axone("train", "iris")`, in an empty folder, 80 columns wide.

Processes are started only where signals, pipes or real streams matter: each costs over a second.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import axone as package
from axone.cli import app

REAL_DATA = Path(
    os.environ.get("AXONE_DATA") or Path(__file__).parents[3] / "shared" / "data"
).resolve()

# A checkpoint every 50 ms instead of every 5 s, so that a test need not wait.
PROGRAM = """
from axone.cli import main
from axone.experiments import drawing
from axone.training import Trainer
drawing.draw_by_another_process = lambda *run: None
Trainer.fit.__kwdefaults__["checkpoint_seconds"] = 0.05
main()
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("AXONE_DATA", str(tmp_path / "data-home"))
    monkeypatch.setenv("COLUMNS", "80")
    # A process of a test runs the very package that the test runs.
    found = (str(Path(package.__file__).parents[1]), os.environ.get("PYTHONPATH", ""))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, found)))
    return folder


@pytest.fixture(autouse=True)
def _fast(request, monkeypatch):
    if "pictures" not in request.fixturenames:
        monkeypatch.setattr("axone.experiments.drawing.draw_at_once", lambda *run: None)


@pytest.fixture
def pictures():
    """Asked for by a test that wants the pictures drawn."""


@pytest.fixture
def real_data(monkeypatch):
    """The folder of real datasets, made the data home."""
    if not (REAL_DATA / "mnist.npz").is_file():
        pytest.skip(f"no real datasets: neither AXONE_DATA nor {REAL_DATA} holds mnist.npz")
    monkeypatch.setenv("AXONE_DATA", str(REAL_DATA))
    return REAL_DATA


@pytest.fixture(scope="session")
def axone():
    """Run a command; an error that is not explained fails the test."""

    def run(*words, status=0):
        result = CliRunner().invoke(app, [str(word) for word in words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status, result.output
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def refused(axone):
    """Run a command that must fail with status 2; return what it says on standard error."""

    def run(*words):
        result = axone(*words, status=2)
        assert result.stdout == ""
        return result.stderr

    return run


@pytest.fixture
def start(here):
    """Start a command as a process of its own."""
    processes = []

    def process(*words):
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, *map(str, words)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                cwd=here,
            )
        )
        return processes[-1]

    yield process
    for child in processes:
        child.kill()
        child.communicate()


@pytest.fixture
def write(here):
    """Write a file in the test's folder and return its path."""

    def write_file(name, content):
        path = here / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


def _train_once(axone, tmp_path_factory, source, *options):
    folder = tmp_path_factory.mktemp("runs") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("axone.experiments.drawing.draw_at_once", lambda *run: None)
        axone("train", source, "--quiet", "--out", folder, *options)
    return folder


@pytest.fixture(scope="session")
def iris_run(axone, tmp_path_factory):
    """A finished run on iris; tests read it and never write to it."""
    return _train_once(axone, tmp_path_factory, "iris", "--epochs", "30", "--lr", "0.01")


@pytest.fixture(scope="session")
def calculator_run(axone, tmp_path_factory):
    """The course's first project."""
    return _train_once(axone, tmp_path_factory, "calculator")


@pytest.fixture(scope="session")
def table_run(axone, tmp_path_factory):
    """A run on a table with a category and a missing cell."""
    path = tmp_path_factory.mktemp("table") / "sweets.csv"
    random = np.random.default_rng(0)
    weights = ["" if n == 5 else f"{random.normal():.3f}" for n in range(60)]
    answers = ("red,no", "blue,yes")
    rows = "".join(f"{weight},{answers[n % 2]}\n" for n, weight in enumerate(weights))
    path.write_text(f"weight,colour,liked\n{rows}")
    return _train_once(
        axone, tmp_path_factory, path, "--target", "liked", "--epochs", "20", "--lr", "0.02"
    )
