"""The course's runs can be measured: the small one, for a few epochs."""

from benchmarks import course


def test_a_run_of_the_course_makes_a_row_of_the_table(tmp_path, capsys):
    out = tmp_path / "COURSE.md"
    course.main(["--only", "iris", "--epochs", "2", "--out", str(out)])
    row = next(line for line in out.read_text("utf-8").splitlines() if line.startswith("| iris"))
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[2:4] == ["2", "max_epochs"]
    assert cells[5] == "0.11"
    assert "accuracy 0." in cells[7]
    assert row in capsys.readouterr().out


def test_every_run_of_the_specification_is_there():
    assert len(course.RUNS) == 13
    assert len({run.name for run in course.RUNS}) == 13
