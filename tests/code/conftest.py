"""Scripts, run in a clean namespace in an empty folder, and the runs that they stand for."""

import numpy as np
import pytest

from axone.code import source_of
from axone.experiments import Experiment, prepare, run


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AXONE_DATA", str(tmp_path / "data-home"))
    return tmp_path


@pytest.fixture(scope="session")
def experiment():
    """Describe a run in float64, so that only rounding is left between libraries."""

    def describe(source, settings=None):
        return Experiment.from_source(str(source), {"dtype": "float64"} | (settings or {}))

    return describe


@pytest.fixture
def script(capsys):
    """Run the source of an experiment and return the names that it leaves."""

    def ends(experiment, target="python", **how):
        names = {"__name__": "script"}
        exec(compile(source_of(prepare(experiment), target, **how), "script", "exec"), names)
        names["printed"] = capsys.readouterr().out
        return names

    return ends


@pytest.fixture(scope="session")
def learnt():
    """Return the weights that a run ends with."""
    return lambda experiment: run(experiment).training.parameters.vector


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    """An archive of 60 small images of three classes."""
    path = tmp_path_factory.mktemp("images") / "images.npz"
    pixels = np.random.default_rng(0).integers(0, 256, (60, 1, 12, 12)).astype("uint8")
    np.savez(path, X=pixels, y=np.arange(60) % 3)
    return path
