"""`axone plot`: its kinds, where their pictures go, and what it refuses."""

import numpy as np
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
    assert "validation loss" in drawn
    axone("plot", "curves", *runs, "--column", "train_accuracy", "--out", "curves.svg")
    assert "training accuracy" in (here / "curves.svg").read_text()


@pytest.mark.parametrize("options", [[], ["--columns", "x2,x1"], ["--pca"]])
def test_a_boundary_is_drawn_over_columns_or_components(axone, here, runs, options):
    axone("plot", "boundary", runs[0], *options, "--out", "boundary.svg")
    drawn = (here / "boundary.svg").read_text()
    assert ("principal component" in drawn) == (options == ["--pca"])
    assert "wrong (" in drawn


def test_a_boundary_over_columns_of_a_table_holds_the_others(axone, here, table_run, refused):
    axone("plot", "boundary", table_run, "--out", "boundary.svg")
    assert "principal component" in (here / "boundary.svg").read_text()
    said = refused("plot", "boundary", table_run, "--columns", "weight,colour")
    assert "'colour' holds no numbers to go over (category)" in said
    assert "Columns of numbers: weight" in said


def test_a_regression_is_drawn_as_a_surface(axone, here, calculator_run):
    axone("plot", "boundary", calculator_run, "--out", "boundary.svg")
    assert "surface predicted, rows true" in (here / "boundary.svg").read_text()


def test_a_trained_network_is_drawn_with_its_weights_and_names(axone, here, iris_run):
    axone("plot", "diagram", iris_run, "--biases", "--out", "diagram.svg")
    drawn = (here / "diagram.svg").read_text()
    assert "weight &lt; 0" in drawn
    assert "versicolor" in drawn
    assert "petal width (cm)" in drawn


@pytest.mark.parametrize("words", [["--layers", "4-8-3"], ["iris", "--hidden", "8"]])
def test_a_network_without_weights_is_drawn_by_its_sizes(axone, here, words):
    axone("plot", "diagram", *words, "--out", "diagram.svg")
    drawn = (here / "diagram.svg").read_text()
    assert "67 parameters" in drawn  # 4·8 + 8 and 8·3 + 3
    assert "weight &lt; 0" not in drawn


def test_gradients_are_those_of_the_run_trained_once_more(axone, here, iris_run):
    told = axone("plot", "gradient-flow", iris_run, "--out", "flow.svg")
    assert told.stdout == "flow.svg\n"
    assert "it is trained once more, in memory" in told.stderr
    assert "2 Dense (softmax)" in (here / "flow.svg").read_text()


def test_first_weights_are_bars_of_a_table_and_images_of_pixels(axone, here, iris_run):
    axone("plot", "first-weights", iris_run, "--out", "bars.svg")
    assert "petal width (cm)" in (here / "bars.svg").read_text()
    axone("train", "digits", "--epochs", "1", "--hidden", "4", "--out", "digits")
    axone("plot", "first-weights", "digits", "--out", "images.svg")
    drawn = (here / "images.svg").read_text()
    assert "warm is positive" in drawn
    assert drawn.count("<image") == 4 + 1  # with the scale


def test_a_network_that_begins_otherwise_has_no_first_weights(axone, refused, write):
    X, y = np.zeros((40, 1, 12)), np.arange(40) % 2
    np.savez("signals.npz", X=X + y[:, None, None], y=y)
    axone("train", "signals.npz", "--preset", "fcn-1d", "--epochs", "1", "--out", "signals")
    assert "no dense one (Conv1D)" in refused("plot", "first-weights", "signals")


def test_histograms_are_those_of_the_run_trained_once_more(axone, here, runs):
    told = axone("plot", "histograms", runs[0], "--epochs", "4", "--out", "histograms.svg")
    assert "it is trained once more, in memory" in told.stderr
    drawn = (here / "histograms.svg").read_text()
    assert all(f"<!-- {epoch} -->" in drawn for epoch in range(4))


def test_a_landscape_is_drawn_about_the_path_or_in_random_directions(axone, here, runs):
    told = axone("plot", "landscape", runs[0], "--points", "7", "--out", "landscape.svg")
    assert "it is trained once more, in memory" in told.stderr
    assert "path of training" in (here / "landscape.svg").read_text()
    told = axone("plot", "landscape", runs[0], "--random", "--points", "7", "--out", "random.svg")
    assert told.stderr == ""
    drawn = (here / "random.svg").read_text()
    assert "path of training" not in drawn
    assert "random direction" in drawn


def test_a_path_of_one_epoch_has_no_plane(axone, refused):
    axone("train", "moons", "--epochs", "1", "--out", "short")
    assert "draw it in random directions" in refused("plot", "landscape", "short")


def test_residuals_are_arrows_over_a_column(axone, here, calculator_run, refused):
    axone("plot", "residual-arrows", calculator_run, "--column", "b", "--out", "arrows.svg")
    drawn = (here / "arrows.svg").read_text()
    assert "<!-- b -->" in drawn
    assert "60 of 2,000 rows drawn" in drawn
    axone("plot", "residual-arrows", calculator_run)
    said = refused("plot", "residual-arrows", calculator_run, "--column", "a,b")
    assert "--column takes one column of numbers: a, b." in said


def test_curves_by_size_tell_how_many_seeds_and_which_rows(axone, here):
    few = ["--seeds", "2", "--epochs", "2", "--out", "curve.svg"]
    told = axone("plot", "row-curve", "iris", "--sizes", "10,20", *few)
    assert told.stdout == "curve.svg\n"
    assert told.stderr == "Training with 2 seeds.\n"
    drawn = (here / "curve.svg").read_text()
    assert "training rows" in drawn
    assert "Mean of 2 seeds" in drawn
    assert "<!-- test -->" in drawn
    axone("plot", "width-curve", "iris", "--widths", "1,2", "--metric", "accuracy", *few)
    drawn = (here / "curve.svg").read_text()
    assert "units of the hidden layer" in drawn
    assert "<!-- accuracy -->" in drawn


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["curves", "nowhere"], "nowhere holds no history.csv"),
        (["curves", "runs/1", "runs/1"], "is named twice"),
        (["curves", "runs/1", "--column", "loss"], "has no column 'loss'; its columns: epoch"),
        (["boundary", "nowhere"], "nowhere is not a folder"),
        (["boundary", "runs/1", "--columns", "x1"], "--columns takes two columns"),
        (["boundary", "runs/1", "--columns", "x1,x3"], "unknown column 'x3'"),
        (["boundary", "runs/1", "--columns", "x1,x2", "--pca"], "not both"),
        (["diagram"], "give the sizes of a network: --layers 4-8-3"),
        (["diagram", "--layers", "4"], "--layers takes the sizes"),
        (["diagram", "--layers", "4-3", "--preset", "gru"], "--preset is of a SOURCE"),
        (["diagram", "moons", "--layers", "2-2"], "of one say --hidden"),
        (["diagram", "runs/1", "--hidden", "4"], "--hidden would change nothing"),
        (["diagram", "--layers", "4-3", "--biases"], "Biases are drawn of a network with weights"),
        (["gradient-flow", "nowhere"], "nowhere is not a folder"),
        (["first-weights", "nowhere"], "nowhere is not a folder"),
        (["histograms", "nowhere"], "nowhere is not a folder"),
        (["histograms", "runs/1", "--epochs", "1"], "greater than or equal to 2"),
        (["landscape", "nowhere"], "nowhere is not a folder"),
        (["landscape", "runs/1", "--points", "2"], "greater than or equal to 5"),
        (["residual-arrows", "runs/1"], "predicts classes, and classes have no residuals"),
        (["row-curve", "iris", "--sizes", "1000"], "found 1000"),
        (["row-curve", "iris", "--sizes", "few"], "--sizes takes whole numbers above 0"),
        (["row-curve", "iris", "--metric", "r2"], "r2"),
        (["width-curve", "iris", "--widths", "0,1"], "--widths takes whole numbers above 0"),
        (["width-curve", "iris", "--lr", "-1"], "--lr"),
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
