"""The kept findings and a few tries of each kind, as part of the tests."""

import pytest

from axone.errors import DataError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder to be in; no downloads, no pictures."""

    def no_download(name):
        raise DataError(f"{name} is not downloaded in tests")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AXONE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("axone.data.sources.download", no_download)
    monkeypatch.setattr("axone.experiments.drawing.draw_at_once", lambda *run: None)
    monkeypatch.setattr("axone.experiments.drawing.draw_by_another_process", lambda *run: None)
    return tmp_path
