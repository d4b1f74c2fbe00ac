"""`axone plot`: its kinds, where their pictures go, and what it refuses."""

import pytest

from axone.cli.commands import PICTURES


@pytest.fixture
def runs(axone):
    for seed in (1, 2):
        axone("train", "moons", "--epochs", "3", "--seed", str(seed), "--out", f"runs/{seed}")
    return "runs/1", "runs/2"


def test_help_lists_every_kind(axone):
    shown = axone("plot", "--help").stdout
    for kind in PICTURES:
        assert kind.name in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


@pytest.mark.parametrize("kind", PICTURES, ids=lambda kind: kind.name)
def test_every_kind_has_a_help_with_examples(axone, kind):
    shown = axone("plot", kind.name, "--help").stdout
    assert f"axone plot {kind.name}" in shown
    assert "--theme" in shown
    assert "--out" in shown


@pytest.mark.parametrize(
    ("ending", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_the_ending_says_what_file_is_written(axone, here, ending, begins):
    told = axone("plot", "activations", "relu", "--out", f"picture.{ending}").stdout
    assert told == f"picture.{ending}\n"
    assert (here / f"picture.{ending}").read_bytes().startswith(begins)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_picture_is_the_same_file(axone, here, ending):
    for name in ("one", "two"):
        axone("plot", "activations", "relu", "gelu", "--out", f"{name}.{ending}")
    assert (here / f"one.{ending}").read_bytes() == (here / f"two.{ending}").read_bytes()


def test_without_a_name_the_file_is_called_as_the_kind(axone, here):
    assert axone("plot", "activations", "--theme", "dark").stdout == "activations.png\n"
    assert (here / "activations.png").is_file()


def test_curves_of_several_runs_are_drawn_by_the_names_that_tell_them_apart(axone, here, runs):
    axone("plot", "curves", *runs, "--out", "curves.svg")
    drawn = (here / "curves.svg").read_text()
    assert "<!-- 1 -->" in drawn
    assert "<!-- 2 -->" in drawn
    assert "validation_loss" in drawn
    axone("plot", "curves", *runs, "--column", "train_accuracy", "--out", "curves.svg")
    assert "train_accuracy" in (here / "curves.svg").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["curves", "nowhere"], "nowhere holds no history.csv"),
        (["curves", "runs/1", "runs/1"], "is named twice"),
        (["curves", "runs/1", "--column", "loss"], "has no column 'loss'; its columns: epoch"),
        (["activations", "softmax"], "its cells depend on one another"),
        (["activations", *["relu"] * 25], "25 activations: give 1 to 24"),
        (["activations", "--reach", "0"], "reach must be"),
        (["activations", "--theme", "sepia"], "unknown theme 'sepia'. Allowed: dark, light"),
        (["activations", "--out", "here/there.png"], "here"),
        (["descent", "--rates", "0.1,fast"], "--rates takes numbers with commas"),
        (["descent", "--rates", ""], "0 learning rates: give 1 to 5"),
        (["descent", "--rates", "0.1,-0.1"], "a learning rate must be greater than 0"),
        (["descent", "--steps", "0"], "steps must be at least 1, not 0"),
        (["descent-2d", "--rates", "nan"], "a learning rate must be"),
        (["descent-2d", "--steps", "1001"], "steps must be at most 1,000"),
        (["scaling", "--ratio", "31"], "ratio must be at least 1 and at most 30"),
        (["scaling", "--tolerance", "0"], "tolerance must be"),
        (["softmax-surface", "--reach", "-1"], "reach must be greater than 0"),
        (["softmax-surface", "--third", "inf"], "third must be"),
        (["stationary-points", "--steps", "0"], "steps must be at least 1"),
        (["initializers", "softmax"], "its cells depend on one another"),
        (["initializers", "reul"], "Did you mean 'relu'"),
        (["initializers", "--depth", "1"], "depth must be at least 2"),
        (["initializers", "--width", "1000"], "width must be at most 256"),
        (["steps", "--split", "70,30"], "three shares in percent"),
        (["steps", "--split", "a,b,c"], "--split takes numbers with commas"),
        (["steps", "--split", "0,50,50"], "leave nothing to train on"),
        (["steps", "--rows", "0"], "rows must be at least 1"),
        (["steps", "--rows", "10000000"], "rows must be at most 9,999,999"),
        (["steps", "--batch", "1", "--epochs", "2000"], "14,000,000 steps: at most 999,999"),
        (["bias", "--rows", "3"], "rows must be at least 4"),
        (["bias", "--seed", "-1"], "seed must be at least 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(refused, runs, words, said):
    assert said in refused("plot", *words)


def test_an_unknown_kind_is_refused(refused):
    assert "No such command 'boundaries'" in refused("plot", "boundaries")
