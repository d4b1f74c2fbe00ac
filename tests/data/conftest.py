"""Every test gets an empty data home of its own; real datasets where they are at hand."""

import os
from pathlib import Path

import pytest

REAL_DATA = Path(
    os.environ.get("AXONE_DATA") or Path(__file__).parents[3] / "shared" / "data"
).resolve()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    folder = tmp_path / "data-home"
    folder.mkdir()
    monkeypatch.setenv("AXONE_DATA", str(folder))
    return folder


@pytest.fixture
def real_data(monkeypatch):
    """The folder of real datasets, made the data home."""
    if not (REAL_DATA / "adult.csv.gz").is_file():
        pytest.skip(f"no real datasets: neither AXONE_DATA nor {REAL_DATA} holds adult.csv.gz")
    monkeypatch.setenv("AXONE_DATA", str(REAL_DATA))
    return REAL_DATA
