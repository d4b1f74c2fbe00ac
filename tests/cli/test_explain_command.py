"""`axone explain`: a row of a run, a dataset or a file, with every number, in every format."""

import json
import re
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from axone.cli.commands import COMMANDS
from axone.explanation import Trace
from axone.model import load


def test_its_help_teaches(axone):
    text = axone("explain", "--help").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert "axone explain iris --layers 4-3-3" in text
    assert "explain" in [command.name for command in COMMANDS]


def test_a_row_of_a_dataset_goes_through_layers_of_these_sizes(axone):
    shown = axone(
        "explain", "iris", "--layers", "4-3-3", "--optimizer", "sgd", "--lr", "0.1"
    ).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.startswith("Row 0 of iris, as it was\n  sepal length (cm) = 5.1\n")
    assert "Row 0 of iris, as the network takes it\n" in shown
    parts = ["Forward\n", "Loss: categorical_cross_entropy\n", "Backward\n", "Update: sgd\n"]
    assert [shown.index(part) for part in parts] == sorted(shown.index(part) for part in parts)
    assert "ŷ₁ (setosa) = e^(" in shown
    assert "y = 0  setosa" in shown
    assert " − 0.1·" in shown


def test_a_run_is_explained_with_its_weights_and_its_scaling(axone, iris_run):
    text = axone("explain", iris_run, "--row", "7", "--format", "json").stdout
    trace = Trace.from_data(json.loads(text))
    model = load(iris_run / "model.safetensors")
    steps = list(trace.walk())
    given = [step for step in steps if step.labels and step.array is None]
    assert given[0].labels[0] == "sepal length (cm) = 5"
    x = next(step.array for step in steps if step.symbol == "x")
    prediction = next(step.array for step in steps if step.symbol == "ŷ")
    np.testing.assert_allclose(prediction, model.forward(x), rtol=1e-5)
    raw = np.array([[float(label.rpartition(" = ")[2]) for label in given[0].labels]])
    np.testing.assert_allclose(model.preprocessing.transform(raw, "float64"), x, rtol=1e-6)
    weights = {step.name: step.before for step in steps if step.before is not None}
    np.testing.assert_allclose(weights["0.weight"], model.parameters["0.weight"])


def test_several_rows_are_a_mini_batch(axone, iris_run):
    text = axone("explain", iris_run, "--row", "3", "--row", "99", "--format", "json").stdout
    trace = Trace.from_data(json.loads(text))
    assert trace.rows == 2
    assert trace.find("loss", None, "y").array.tolist() == [0, 1]
    assert trace.find("loss", None, "y").labels == ("setosa", "versicolor")


def test_rows_of_a_file_go_on_to_the_loss_if_their_target_is_there(axone, table_run, write):
    with_target = write("more.csv", "weight,colour,liked\n0.5,red,no\n-1.5,blue,yes\n")
    shown = axone("explain", table_run, "--csv", with_target, "--row", "1").stdout
    assert shown.startswith("Row 1 of ")
    assert "y = 1  yes" in shown
    assert "Backward" in shown
    without = write("new.csv", "weight,colour\n0.5,red\n")
    result = axone("explain", table_run, "--csv", without)
    assert "Backward" not in result.stdout
    assert "No target is there: the way ends with the prediction." in result.stderr


def test_rows_of_a_database_are_those_of_a_query(axone, table_run, here):
    with closing(sqlite3.connect(here / "sweets.db")) as database, database:
        database.execute("create table sweets (weight real, colour text, liked text)")
        rows = [(0.5, "red", "no"), (-1.5, "blue", "yes")]
        database.executemany("insert into sweets values (?, ?, ?)", rows)
    query = "select * from sweets where weight < 0"
    shown = axone("explain", table_run, "--csv", "sweets.db", "--query", query).stdout
    assert shown.startswith("Row 0 of sweets.db")
    assert "y = 1  yes" in shown


def test_a_folder_that_is_no_run_is_one_of_pictures(axone, refused, here):
    for name in ("cats", "dogs"):
        (here / "pictures" / name).mkdir(parents=True)
        for number in range(4):
            Image.new("L", (8, 8), 60 * number).save(here / f"pictures/{name}/{number}.png")
    shown = axone("explain", "pictures", "--csv", "pictures/cats/0.png").stdout
    assert "Forward" in shown
    assert "Conv2D" in axone("summary", "pictures").stdout
    assert "is not the folder of a run" not in refused("summary", "")


def test_the_target_of_a_file_can_be_named(axone, iris_run, write):
    header = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm),kind\n"
    path = write("flowers.csv", header + "5.1,3.5,1.4,0.2,setosa\n")
    shown = axone("explain", iris_run, "--csv", path, "--target", "kind").stdout
    assert "y = 0  setosa" in shown


def test_dropout_drops_only_when_training_is_asked_for(axone, write):
    path = write("run.toml", '[data]\nsource = "iris"\n[network]\nhidden = [4]\ndropout = 0.5\n')
    assert "keep/(1 − rate)" not in axone("explain", path).stdout
    assert "keep/(1 − rate)" in axone("explain", path, "--training").stdout


@pytest.mark.parametrize(
    ("ending", "beginning"),
    [
        ("html", "<!DOCTYPE html>"),
        ("json", "{"),
        ("md", "# Row 0 of iris\n\n## Input"),
        ("tex", "% \\usepackage{amsmath}"),
        ("txt", "Row 0 of iris"),
    ],
)
def test_the_ending_of_the_file_says_what_is_written(axone, here, ending, beginning):
    out = here / f"page.{ending}"
    assert axone("explain", "iris", "--layers", "4-2-3", "--out", out).stdout == ""
    assert out.read_text("utf-8").startswith(beginning)


def test_every_number_has_as_many_digits_as_are_asked_for(axone):
    shown = axone("explain", "iris", "--layers", "4-2-3", "--digits", "9").stdout
    assert max(map(len, shown.splitlines())) <= 80
    x = re.search(r"x = (\S+)  sepal length", shown)[1]
    assert len(x.lstrip("−0.")) >= 8


def test_lbfgs_shows_its_first_iteration_and_says_of_which_rows(axone, refused, iris_run):
    result = axone("explain", "iris", "--layers", "4-2-3", "--optimizer", "lbfgs")
    assert "as if these were all" in " ".join(result.stderr.split())
    assert "α = lengths that the line search tried" in result.stdout
    said = refused("explain", iris_run, "--optimizer", "lbfgs", "--lr", "0.1")
    assert "L-BFGS finds the length of its steps itself" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["iris", "--layers", "4-3-2"], "Write 4-…-3"),
        (["iris", "--layers", "4x3"], "such as 4-3-3; found '4x3'"),
        (["iris", "--layers", "4-0-3"], "at least one unit"),
        (["iris", "--row", "150"], "iris has rows 0 to 149"),
        (["iris", "--row", "-1"], "iris has rows 0 to 149"),
        (["iris", "--format", "pdf"], "unknown format 'pdf'"),
        (["iris", "--loss", "foo"], "unknown loss 'foo'"),
        (["iris", "--loss", "mse", "--layers", "4-3-3"], "--loss: 'mse' does not fit"),
        (["nothing.csv"], "nothing.csv"),
    ],
)
def test_bad_words_are_refused_with_what_to_do(refused, words, message):
    assert message in " ".join(refused("explain", *words).split())


def test_a_trained_model_keeps_its_layers_and_needs_rows(refused, iris_run):
    said = refused("explain", iris_run, "--layers", "4-3-3", "--activation", "tanh")
    assert "--layers and --activation would change nothing" in said
    assert "--sheet would change nothing" in refused("explain", iris_run, "--sheet", "1")
    said = refused("explain", iris_run / "model.safetensors")
    assert "give some with --csv" in said


def test_more_rows_than_anyone_reads_are_refused(refused, iris_run, write):
    path = write("many.csv", "a,b,c,d\n" + "1,2,3,4\n" * 65)
    assert "choose at most 64" in refused("explain", iris_run, "--csv", path)


def test_what_a_run_froze_is_not_moved(axone, iris_run, here):
    words = ("train", "iris", "--from", iris_run, "--freeze", "1", "--epochs", "1", "--quiet")
    axone(*words, "--out", here / "begun")
    shown = axone("explain", here / "begun", "--format", "json").stdout
    trace = Trace.from_data(json.loads(shown))
    moved = {step.name for step in trace.walk() if step.before is not None}
    assert "1.weight" in moved
    assert "0.weight" not in moved


def test_a_calibrated_model_says_that_its_temperature_is_not_shown(axone, here):
    axone("train", "iris", "--epochs", "1", "--calibrate", "--quiet", "--out", here / "calibrated")
    assert "divides its logits by" in axone("explain", here / "calibrated").stderr


SMALL = """
seed = 42
[data]
source = "iris"
[network]
hidden = [3]
[training]
epochs = 3
batch_size = 40
optimizer = {name = "sgd", learning_rate = 0.05}
"""


def test_the_first_epoch_is_printed_step_by_step_before_training(axone, write):
    shown = axone("train", write("small.toml", SMALL), "--trace-first-epoch").stdout
    headings = re.findall(r"^Epoch 1/3 — Step \d/3$", shown, re.MULTILINE)
    assert headings == [f"Epoch 1/3 — Step {n}/3" for n in range(3)]
    parts = [shown.index(part) for part in ("Forward", "Loss: ", "Backward", "Update: sgd")]
    assert parts == sorted(parts)
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.index("Step 2/3") < shown.index("Stopped after epoch 3")


@pytest.mark.parametrize("option", ["--quiet", "--json", "--resume"])
def test_the_first_epoch_is_that_of_a_run_from_its_beginning(refused, write, option):
    said = refused("train", write("small.toml", SMALL), "--trace-first-epoch", option)
    assert "prints the first epoch of a single run" in said


def test_a_summary_shows_the_shapes_of_both_passes(axone):
    shown = axone("summary", "iris", "--hidden", "5", "--backward").stdout
    assert "∂L/∂W   (5, 4)  ∂L/∂W = Σ δ·xᵀ" in shown
    assert "a       (m, 5)  a = max(0, z)" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_summary_says_which_layers_are_one(axone):
    shown = axone("summary", "iris", "--hidden", "5,4", "--activation", "linear").stdout
    assert "Layers 0 to 2 are linear one after another" in shown
