"""Every test works in an empty folder with an empty data home, and draws pictures only if it asks.

The pictures have tests of their own; here they would cost more time than all the training.
"""

import pytest


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("AXONE_DATA", str(tmp_path / "data-home"))
    return folder


@pytest.fixture(autouse=True)
def _fast(request, monkeypatch):
    if "pictures" not in request.fixturenames:
        monkeypatch.setattr("axone.experiments.drawing.draw_at_once", lambda *run: None)


@pytest.fixture
def pictures():
    """Asked for by a test that wants the pictures drawn."""


@pytest.fixture
def write(here):
    """Write a file in the test's folder and return its path."""

    def write_file(name, content):
        path = here / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file
