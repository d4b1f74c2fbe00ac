"""What no user should do and some will: each gets a message and status 2, and loses nothing."""

import json
import os

import numpy as np
import pytest

from axone.files import read_tensors, write_tensors
from axone.model import load


@pytest.fixture
def untouched(here):
    """What lies in the test's folder, which a refused command must leave as it is."""

    def contents():
        return {
            str(path.relative_to(here)): path.read_bytes() if path.is_file() else None
            for path in here.rglob("*")
        }

    return contents


def column(values, name="target"):
    rows = "".join(f"{n % 11},{value}\n" for n, value in enumerate(values))
    return f"a,{name}\n{rows}"


TABLES = {
    "an empty file": ("", ["is empty (0 bytes)"]),
    "blank lines": ("\n\n \n", ["is empty"]),
    "a header only": ("a,target\n", ["no rows"]),
    "one row": ("a,target\n1,x\n", ["at least 2"]),
    "one class": (column(["yes"] * 30), ["'target'", "only one value, 'yes'"]),
    "a constant target": (column([1.5] * 30), ["'target'", "only one value, '1.5'"]),
    "an infinite cell": (column("xy" * 15) + "inf,x\n", ["'a'", "row 31", "infinite"]),
    "text among the numbers to predict": (
        column([n * 1.5 for n in range(30)]) + "3,dear\n" * 5,
        ["'target'", "identifier"],
    ),
    "ten thousand names as classes": (
        column([f"person {n}" for n in range(10_000)]),
        ["'target'", "10000 different values in 10000 rows", "identifier"],
    ),
    "rows of different lengths": ("a,target\n1,x\n2,y,z\n", ["not of one length"]),
    "two columns of one name": ("a,a,target\n1,2,x\n3,4,y\n", ["'a'"]),
    "only a target": ("target\nx\ny\n", ["nothing to learn from"]),
    "no target": ("a,b\n1,2\n3,4\n", ["no target given", "Columns: a, b"]),
    "bytes that are no text": (b"\x00\x01\x02" * 50, ["zero bytes"]),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_that_cannot_be_learnt_is_refused_with_its_name(refused, write, untouched, case):
    content, words = TABLES[case]
    path = write("table.csv", content)
    before = untouched()
    message = refused("train", path)
    assert [word for word in ("table.csv", *words) if word not in message] == []
    assert untouched() == before


def test_text_among_numbers_is_named_with_its_row(refused, write):
    path = write("table.csv", column([n * 1.5 for n in range(30)]) + "3,dear\n" * 5)
    message = refused("train", path, "--task", "regression")
    assert "first in row 31: 'dear'" in message


def test_ten_thousand_whole_numbers_in_a_table_are_amounts(axone, write):
    path = write("table.csv", column(range(10_000)))
    assert "regression of target" in axone("train", path, "--epochs", "1").stdout


X = np.random.default_rng(0).normal(size=(40, 3))
Y = np.arange(40) % 2
WITH_NAN = np.where(np.arange(120).reshape(40, 3) == 10, np.nan, X)
ARCHIVES = {
    "a missing cell": ({"X": WITH_NAN, "y": Y}, ["X holds 1 cell", "row 3, column 1"]),
    "pickled objects": (
        {"X": np.array([{}] * 40, dtype=object), "y": Y},
        ["pickled", "never loaded"],
    ),
    "ten thousand classes": (
        {"X": np.zeros((10_000, 2)), "y": np.arange(10_000)},
        ["10000 different values", "identifier"],
    ),
    "no y": ({"X": X}, ["holds no y"]),
    "text for X": ({"X": X.astype(str), "y": Y}, ["text where numbers belong"]),
    "too few targets": ({"X": X, "y": Y[:5]}, ["40 rows", "(5,)"]),
    "no rows": ({"X": X[:0], "y": Y[:0]}, ["nothing to learn from"]),
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_an_archive_that_cannot_be_learnt_is_refused_with_its_name(refused, here, untouched, case):
    arrays, words = ARCHIVES[case]
    np.savez(here / "rows.npz", **arrays)
    before = untouched()
    message = refused("train", "rows.npz")
    assert [word for word in ("rows.npz", *words) if word not in message] == []
    assert untouched() == before


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_a_truncated_archive_is_refused_with_its_name(refused, here, write, kept):
    np.savez(here / "whole.npz", X=X, y=Y)
    content = (here / "whole.npz").read_bytes()
    write("cut.npz", content[: int(kept * len(content))])
    assert "cut.npz" in refused("train", "cut.npz")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["iris", "--hidden", "a,b"], "--hidden takes whole numbers with commas"),
        (["iris", "--hidden", "8,0"], "--hidden: Input should be greater than or equal to 1"),
        (["iris", "--hidden", "-4"], "--hidden: Input should be greater"),
        (["iris", "--lr", "-1"], "--lr: learning_rate must be greater than 0, not -1.0"),
        (["iris", "--lr", "nan"], "--lr: learning_rate must be"),
        (["iris", "--lr", "fast"], "--lr"),
        (["iris", "--dropout", "2"], "--dropout: Input should be less than 1; found 2.0"),
        (["iris", "--dropout", "-0.5"], "--dropout: Input should be greater"),
        (["iris", "--epochs", "0"], "--epochs: Input should be greater"),
        (["iris", "--epochs", "1.5"], "--epochs"),
        (["iris", "--batch-size", "0"], "--batch-size: Input should be greater"),
        (["iris", "--l2", "-1"], "--l2: Input should be greater"),
        (["iris", "--seed", "-1"], "--seed: Input should be greater"),
        (
            ["iris", "--optimizer", "foo"],
            "--optimizer: unknown optimizer 'foo'. Allowed: adagrad, adam",
        ),
        (["iris", "--optimizer", "adm"], "Did you mean 'adam'?"),
        (["iris", "--activation", "rellu"], "--activation: unknown activation 'rellu'. Did you"),
        (["iris", "--task", "both"], "--task: Input should be 'auto', 'classification'"),
        (["iris", "--threads", "0"], "--threads: Input should be greater"),
        (["iris", "--engine", "warp"], "unknown engine 'warp'. Allowed: auto"),
        (["iris", "--target", "species"], "target 'species' names a column of a table"),
        (["iriss"], "unknown dataset 'iriss'. Did you mean 'iris'?"),
        ([""], "unknown dataset ''"),
        (["nowhere.csv"], "There is no file nowhere.csv"),
        (["nowhere.toml"], "nowhere.toml: cannot be read: No such file"),
        (["notes.md"], "no kind of file that can be read"),
        (["."], ". holds no image or sound files in subfolders"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_nonsense_on_the_command_line_is_answered_by_its_name(refused, untouched, words, message):
    printed = refused("train", *words)
    assert message in " ".join(printed.replace("│", " ").split())
    assert untouched() == {}


def test_an_option_is_blamed_rather_than_the_file_that_it_overrides(refused, write):
    path = write("run.toml", '[data]\nsource = "iris"\n')
    message = refused("train", path, "--epochs", "0")
    assert message.startswith("Error: --epochs: ")


def test_an_unknown_column_is_answered_with_the_nearest(refused, write):
    path = write("table.csv", column("xy" * 15, name="price"))
    message = refused("train", path, "--target", "prise")
    assert "unknown target 'prise'. Did you mean 'price'? Allowed: a, price." in message


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("file", "file is a file; results need a folder"),
        ("file/below", "Cannot create the folder file/below: Not a directory"),
        ("full", "The folder full is not empty: choose another --out"),
        (os.devnull, "is a file; results need a folder"),
    ],
)
def test_a_folder_that_cannot_be_written_to_is_refused(
    refused, write, here, untouched, out, message
):
    write("file", "mine")
    (here / "full").mkdir()
    write("full/thesis.txt", "mine")
    before = untouched()
    assert message in refused("train", "iris", "--out", out)
    assert untouched() == before


def test_a_finished_run_is_never_trained_over(axone, refused, untouched):
    axone("train", "iris", "-q", "--epochs", "1", "--out", "run")
    before = untouched()
    assert "continue it with --resume" in refused("train", "iris", "--out", "run")
    assert untouched() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("data: &a\n  source: iris\n  self: *a\n", ["line 3", "aliases"]),
        ("data: {source: iris}\ncolour: red\n", ["unknown key 'colour'"]),
        ("", ["empty"]),
    ],
)
def test_an_experiment_file_that_cannot_be_used_is_refused(refused, write, content, words):
    message = refused("train", write("run.yaml", content))
    assert [word for word in ("run.yaml", *words) if word not in message] == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["1", "2", "3"], "examples of shape (4)"),
        (["1", "2", "3", "4", "5"], "examples of shape (4)"),
        (["1", "2", "3", "four"], "Give one file (CSV, Excel, Parquet, NPZ, …), image files"),
        (["a.csv", "b.csv"], "Give one file (CSV, Excel, Parquet, NPZ, …), image files"),
        (["1", "2", "3", "nan"], "NaN or infinite"),
        (["1", "2", "3", "-inf"], "NaN or infinite"),
        (["nowhere.csv"], "nowhere.csv cannot be read: No such file"),
        (["nowhere.npz"], "nowhere.npz cannot be read: No such file"),
        (["text.csv"], "takes 4 numbers a row (sepal length (cm)"),
        (["narrow.npz"], "(40, 3)"),
        (["empty.csv"], "empty.csv is empty"),
        (["digit.png"], "no grey images"),
        (["notes.md"], "no kind of file that can be read"),
        (["--fast"], "Give one file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_rows_that_do_not_fit_the_model_are_refused(refused, iris_run, write, here, rows, message):
    write("text.csv", "a,b\nx,1\ny,2\n")
    write("empty.csv", "")
    np.savez(here / "narrow.npz", X=X)
    if rows == ["--fast"]:
        assert "no kind of file" in refused("predict", iris_run, *rows)
    else:
        assert message in refused("predict", iris_run, *rows)


def test_text_where_a_table_model_takes_numbers_is_refused(refused, table_run, write):
    path = write("new.csv", "weight,colour\nheavy,red\n")
    message = refused("predict", table_run, path)
    assert "'weight'" in message
    assert "'heavy'" in message


def test_predictions_that_cannot_be_written_are_refused(refused, iris_run, write):
    write("file", "mine")
    assert "Cannot write file/new.csv" in refused(
        *("predict", iris_run, 1, 2, 3, 4, "--out", "file/new.csv")
    )


@pytest.mark.parametrize("command", ["summary", "explain"])
def test_a_folder_that_is_neither_a_run_nor_of_pictures_is_refused(refused, here, write, command):
    (here / "empty").mkdir()
    said = " ".join(refused(command, "empty").split())
    assert "empty holds no image or sound files in subfolders" in said
    (here / "killed").mkdir()
    write("killed/experiment.toml", '[data]\nsource = "iris"\n')
    assert "killed holds no model.safetensors" in refused(command, "killed")


@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_a_folder_without_a_model_is_refused(refused, here, write, command):
    rows = [1] if command == "predict" else []
    (here / "empty").mkdir()
    assert "empty holds no experiment.toml" in refused(command, "empty", *rows)
    (here / "killed").mkdir()
    write("killed/experiment.toml", '[data]\nsource = "iris"\n')
    assert "killed holds no model.safetensors" in refused(command, "killed", *rows)
    if command != "summary":
        assert "nowhere is not a folder" in refused(command, "nowhere", *rows)


@pytest.fixture
def copied(iris_run, here):
    """A copy of a run, to be damaged."""
    folder = here / "run"
    folder.mkdir()
    for name in ("experiment.toml", "model.safetensors"):
        (folder / name).write_bytes((iris_run / name).read_bytes())
    return folder


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: b"", "not a model that can be read"),
        (lambda content: content[:50], "not a model that can be read"),
        (lambda content: content[:-50], "not a model that can be read"),
        (lambda content: os.urandom(500), "not a model that can be read"),
        (lambda content: b"\xff" * 8 + content[8:], "not a model that can be read"),
        (lambda content: content.replace(b'"axone"', b'"other"'), "not a model of Axone's"),
        (lambda content: content.replace(b"axone-model", b"other-model"), "what its checksum says"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "what its checksum says"),
    ],
    ids=["empty", "header cut", "weights cut", "noise", "huge header", "foreign", "word", "bit"],
)
def test_a_damaged_model_is_refused_with_its_name(refused, copied, damage, message):
    path = copied / "model.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    printed = refused("predict", copied, 1, 2, 3, 4)
    assert message in printed
    assert str(path.relative_to(copied.parent)) in printed


def edited(path, change):
    """Change what a model file says of itself, its weights apart; the checksum is made to fit."""
    words, arrays = read_tensors(path, "model")
    ((key, text),) = words.items()
    described = json.loads(text)
    change(described)
    write_tensors(path, arrays, {key: json.dumps(described)})


EDITS = {
    "other units": lambda d: d["network"]["layers"][0].update(units=65),
    "a layer too many": lambda d: d["network"]["layers"].append({"name": "dense", "units": 3}),
    "a huge layer": lambda d: d["network"]["layers"][0].update(units=10**15),
    "an unknown layer": lambda d: d["network"]["layers"][0].update(name="os.system"),
    "an unknown activation": lambda d: d["network"]["layers"][0].update(activation="eval"),
    "another input": lambda d: d["network"].update(input_shape=[5]),
    "no network": lambda d: d.pop("network"),
    "no target": lambda d: d.pop("target"),
    "no task": lambda d: d["target"].pop("task"),
    "an unknown task": lambda d: d["target"].update(task="clustering"),
    "another task": lambda d: d["target"].update(task="regression"),
    "a class too few": lambda d: d["target"]["class_names"].pop(),
    "a value too few": lambda d: d["target"]["class_values"].pop(),
    "another loss": lambda d: d.update(loss="mse"),
    "features of another shape": lambda d: d["preprocessing"]["steps"][0].update(shape=[2, 2]),
    "features of another width": lambda d: d["preprocessing"].update(
        steps=[{"name": "numbers", "shape": [5], "names": []}]
    ),
    "a scale of 0": lambda d: d["preprocessing"]["steps"][1].update(scale=[0, 0, 0, 0]),
    "a scaler without numbers": lambda d: d["preprocessing"]["steps"].append({"name": "scaling"}),
    "no steps": lambda d: d["preprocessing"].update(steps=[]),
    "an unknown step": lambda d: d["preprocessing"]["steps"][0].update(name="os.system"),
    "another engine": lambda d: d.update(engine="quantum"),
    "no members": lambda d: d.update(members=0),
    "a member too many": lambda d: d.update(members=2),
    "a huge number of members": lambda d: d.update(members=10**15),
    "layers that are none": lambda d: d["network"].update(layers=5),
}


@pytest.mark.parametrize("case", EDITS)
def test_a_model_whose_description_was_edited_is_refused_with_its_name(refused, copied, case):
    path = copied / "model.safetensors"
    edited(path, EDITS[case])
    assert "model.safetensors is a damaged model: " in refused("predict", copied, 1, 2, 3, 4)


def test_a_model_left_as_it_is_survives_the_editing(copied, iris_run, axone):
    edited(copied / "model.safetensors", lambda described: None)
    assert load(copied / "model.safetensors").parameters.vector.tobytes() == (
        load(iris_run / "model.safetensors").parameters.vector.tobytes()
    )


@pytest.mark.parametrize(
    "content",
    [b"no picture", b"", b"\x89PNG\r\n\x1a\nand then nothing"],
    ids=["text", "empty", "cut"],
)
def test_a_picture_that_is_none_is_refused_with_its_name(axone, refused, here, write, content):
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (40, 8, 8), dtype=np.uint8)
    np.savez(here / "images.npz", X=pixels, y=np.arange(40) % 2)
    axone("train", "images.npz", "-q", "--epochs", "1", "--out", "run")
    write("digit.png", content)
    assert "digit.png is not a picture that can be read" in refused("predict", "run", "digit.png")
