"""The benchmark of the course's runs: every row is a valid experiment, and a tiny one is run."""

import pytest
from benchmarks.course import main
from benchmarks.course_runs import EXAMPLES, RUNS
from benchmarks.machine import ROOT

from axone.experiments import Experiment


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
def test_every_run_is_exactly_its_file_but_for_what_the_command_line_and_its_name_say(course_run):
    shipped = Experiment.from_file(EXAMPLES / course_run.file).settings.model_dump()
    ours = course_run.experiment().settings.model_dump()
    if course_run.name.endswith("_own_units"):
        assert shipped["data"].pop("target_scaling") == "standard"
        assert ours["data"].pop("target_scaling") == "none"
    if course_run.name.endswith("_no_tolerance"):
        assert shipped["training"]["stopping"].pop("loss_tolerance") == 1e-8
        assert ours["training"]["stopping"].pop("loss_tolerance") is None
    assert ours == shipped
    chosen = course_run.experiment(engine="reference", seed=1, epochs=2).settings
    assert (chosen.engine, chosen.seed, chosen.training.epochs) == ("reference", 1, 2)


def test_the_thirteen_files_of_the_course_are_run_and_the_network_that_reaches_its_figure():
    files = {run.file for run in RUNS if run.file.startswith("course/")}
    assert files == {f"course/{path.name}" for path in (EXAMPLES / "course").glob("*.json")}
    assert len(files) == 13 + 1


def test_a_ratio_below_twenty_is_said_and_how_every_target_is_scaled(tmp_path):
    out = tmp_path / "course.md"
    runs = "iris,diabetes,diabetes_own_units,calculator"
    assert main(["--only", runs, "--quick", "--out", str(out)]) == 0
    written = " ".join(out.read_text(encoding="utf-8").split())
    assert "an epoch ≥" in written or "No ratio is below 20" in written
    rows = [line.split("|") for line in out.read_text(encoding="utf-8").splitlines()]
    targets = {row[1].strip(): row[-2].strip() for row in rows if len(row) == 11}
    assert targets["diabetes"] == "standard"
    assert targets["diabetes_own_units"] == "own units"
    assert targets["iris"] == "classes"
    assert targets["calculator"] == "divide 200"


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
