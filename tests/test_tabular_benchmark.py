"""The benchmark of tables: one small fit of each opponent, and the report made of them."""

import json

import pytest
from benchmarks import tabular


def test_each_opponent_fits_digits_and_is_kept(tmp_path, capsys, monkeypatch):
    asked = []

    def here(module, arguments, threads):
        asked.append((module, threads))
        tabular.main(arguments)
        return json.loads(capsys.readouterr().out)

    monkeypatch.setattr(tabular, "run_confined", here)
    options = ["--datasets", "digits", "--seeds", "1", "--opponents", "Axone,MLP early stopping"]
    paths = ["--keep", str(tmp_path / "kept.json"), "--out", str(tmp_path / "TABULAR.md")]
    tabular.main(options + paths)
    figures = json.loads((tmp_path / "kept.json").read_text())
    assert list(figures) == ["digits, Axone, 0", "digits, MLP early stopping, 0"]
    assert all(figure["quality"] > 0.9 for figure in figures.values())
    assert all(figure["seconds"] > 0 for figure in figures.values())
    assert asked == [("benchmarks.tabular", 1)] * 2
    tabular.main(options + paths)  # what is kept is not measured again
    assert len(asked) == 2
    assert (tmp_path / "TABULAR.md").read_text("utf-8").count("| digits (accuracy) |") == 2


def test_the_best_of_a_line_is_bold():
    figures = {
        f"digits, {opponent}, {seed}": {"quality": quality + seed / 100, "seconds": 1.0}
        for opponent, quality in (("Axone", 0.97), ("MLP", 0.96))
        for seed in (0, 1)
    }
    table = tabular.table(figures, tabular._quality, ["digits"])
    assert "| **0.9750 ± 0.0050** | 0.9650 ± 0.0050 |" in table


@pytest.mark.parametrize("option", ["--datasets", "--opponents"])
def test_an_unknown_name_is_refused_with_those_there_are(option, capsys):
    with pytest.raises(SystemExit):
        tabular.main([option, "digit"])
    assert "unknown " in capsys.readouterr().err
