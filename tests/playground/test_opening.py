"""Result folders that came from elsewhere: what their experiment names is not asked for blindly."""

import pytest

from axone.errors import DataError
from axone.experiments import EXPERIMENT
from axone.playground.opening import open_run
from axone.playground.saving import write_folder


@pytest.mark.parametrize(
    "source", ["postgresql://nobody.invalid/rows", "sqlite:///rows.db", "rows.duckdb", "rows.db"]
)
def test_no_database_is_opened_that_a_run_folder_names(bench, tmp_path, monkeypatch, source):
    folder = tmp_path / "run"
    write_folder(bench, folder)
    path = folder / EXPERIMENT
    text = path.read_text()
    assert 'source = "spirals"' in text
    options = text[text.index("[data.options]") :]
    text = text.replace(options[: options.index("\n\n") + 1], "")
    path.write_text(text.replace('source = "spirals"', f'source = "{source}"'))
    opened = []
    monkeypatch.setattr(
        "axone.data.files.databases.read_database", lambda *given: opened.append(given)
    )
    with pytest.raises(DataError, match="from a database, which no page asks"):
        open_run(bench, folder)
    assert not opened
