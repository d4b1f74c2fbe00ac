"""The benchmark of the course's runs: every row is a valid experiment, and a tiny one is run."""

import pytest
from benchmarks.course import main
from benchmarks.course_runs import RUNS
from benchmarks.machine import ROOT


def test_a_tiny_run_is_printed_and_written_beside_the_published_time(tmp_path, capsys):
    out = tmp_path / "course.md"
    arguments = ["--only", "iris", "--engine", "reference", "--quick", "--out", str(out)]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    row = next(line for line in printed.splitlines() if line.startswith("| iris "))
    _, name, network, epochs, seconds, published, faster, _, _ = map(str.strip, row.split("|"))
    assert (name, network, epochs, published) == ("iris", "4-16-32-3", "3 all", "0.11")
    assert float(faster.rstrip("×")) == pytest.approx(0.11 / float(seconds), rel=0.05)
    written = out.read_text(encoding="utf-8")
    assert row in written
    assert str(ROOT) not in written
    assert max(map(len, written.splitlines())) <= 100


@pytest.mark.parametrize("course_run", RUNS, ids=lambda course_run: course_run.name)
def test_every_run_of_the_course_is_a_valid_experiment_of_its_size(course_run):
    settings = course_run.experiment(engine="reference", seed=1).settings
    sizes = list(map(int, course_run.sizes.split("-")))
    assert settings.network.hidden == sizes[1:-1]
    assert (settings.engine, settings.seed) == ("reference", 1)


def test_an_unknown_run_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "irish"])
    assert "unknown run 'irish'; there are iris, breast_cancer" in capsys.readouterr().err


def test_a_run_whose_data_are_missing_is_left_out_and_the_others_are_measured(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("AXONE_DATA", str(tmp_path))
    assert main(["--only", "iris,weather", "--engine", "reference", "--quick"]) == 1
    told = capsys.readouterr()
    assert "weather is left out: " in told.err
    assert "weather_nyc" in told.err
    assert "| iris " in told.out
    assert "| weather " not in told.out
