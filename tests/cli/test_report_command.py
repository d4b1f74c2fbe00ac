"""`axone report`: where the page goes, and what it refuses."""

import shutil

import pytest


def test_the_report_of_a_run_lies_in_its_folder(axone, here, iris_run):
    shutil.copytree(iris_run, here / "run")
    assert axone("report", "run").stdout == "run/report.html\n"
    assert "run: report" in (here / "run/report.html").read_text()


def test_the_report_of_several_runs_lies_here_or_where_it_is_asked_for(axone, here, iris_run):
    for name in ("one", "two"):
        shutil.copytree(iris_run, here / name)
    assert axone("report", "one", "two").stdout == "report.html\n"
    assert axone("report", "one", "two", "--out", "both.html").stdout == "both.html\n"
    assert "Side by side" in (here / "both.html").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "nowhere holds no metrics.json"),
        (["run", "--out", "report.pdf"], "a report is a page; let the name end in .html"),
        (["run", "--out", "missing/report.html"], "missing"),
    ],
)
def test_what_cannot_be_told_is_refused(refused, here, iris_run, words, said):
    shutil.copytree(iris_run, here / "run")
    assert said in refused("report", *words)


def test_pictures_and_report_are_left_out_where_nothing_is_to_be_drawn(axone, here, pictures):
    told = axone("train", "iris", "--epochs", "2", "--no-pictures", "--out", "run").stdout
    assert "pictures follow" not in told
    assert not list((here / "run").glob("*.png"))
    assert not (here / "run/report.html").exists()
    axone("train", "iris", "--epochs", "2", "--out", "drawn")
    assert (here / "drawn/report.html").exists()
