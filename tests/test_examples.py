"""The examples of the README and of every docstring are run, and the example files are read."""

import doctest
import importlib
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import axone
from axone.experiments import Experiment

ROOT = Path(__file__).parent.parent
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
MODULES = [
    info.name
    for info in pkgutil.walk_packages(axone.__path__, "axone.")
    if not info.name.endswith("__main__") and "._native_" not in info.name
]


@pytest.mark.parametrize("name", ["axone", *MODULES])
def test_the_examples_of_every_module_come_out_as_written(name):
    if name.startswith(("axone.comparison.pytorch", "axone.engines.torch")):
        pytest.importorskip("torch")
    assert doctest.testmod(importlib.import_module(name), optionflags=FLAGS).failed == 0


@pytest.mark.parametrize("page", ["README.md", "docs/trace.md"])
def test_the_examples_of_a_page_come_out_as_written(page):
    outcome = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=FLAGS)
    assert outcome.attempted > 5
    assert outcome.failed == 0


EXPERIMENTS = [*(ROOT / "examples").glob("*.toml"), *(ROOT / "examples").glob("course/*.json")]


@pytest.mark.parametrize("path", sorted(EXPERIMENTS), ids=lambda p: p.name)
def test_every_example_experiment_is_valid(path):
    assert Experiment.from_file(path).settings.training.epochs > 0


def test_the_calculator_beats_what_was_published_and_does_as_its_file_says():
    path = ROOT / "examples" / "calculator.toml"
    result = Experiment.from_file(path).run()
    sizes = {name: len(part) for name, part in result.prepared.parts.items()}
    assert sizes == {"train": 8000, "validation": 2000, "test": 2000}
    assert result.metrics["seed"] == 42
    scores = result.metrics["test"]
    assert (scores["mse"] < 1.69, scores["mae"] < 1.04, scores["r2"] > 0.999) == (True,) * 3
    assert (scores["mse"], scores["mae"]) == pytest.approx((0.513, 0.524), abs=0.01)
    pairs = np.array([[50.0, 50.0], [6.0, 6.0]])
    assert result.model.predict(pairs) == pytest.approx([99.64, 11.98], abs=0.05)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.name)
def test_every_example_script_runs_and_writes_its_picture(path, tmp_path):
    picture = tmp_path / "picture.png"
    told = subprocess.run(
        [sys.executable, str(path), "--out", str(picture)],
        env={**os.environ, "MPLBACKEND": "agg"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert f"Written to {picture}" in told.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_every_public_name_can_be_reached():
    assert [name for name in axone.__all__ if not hasattr(axone, name)] == []
