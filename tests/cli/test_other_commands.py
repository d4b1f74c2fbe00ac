"""`summary`, `datasets`, `schema`, `--version`, `--help` and `--debug`."""

import json

import numpy as np
import pytest

import axone as package
from axone.data import list_datasets, load_dataset
from axone.errors import ConfigurationError
from axone.experiments import ExperimentData

COMMANDS = ["train", "predict", "evaluate", "explain", "summary", "datasets", "schema"]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_in_eighty_columns_and_shows_an_example(axone, command):
    text = axone(*([command] if command else []), "--help").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert "Usage:" in text
    assert "\b" not in text
    assert command in ("datasets", "schema") or f" axone {command}" in text


@pytest.mark.parametrize(
    ("option", "default"),
    [
        ("--epochs", "(default 100)"),
        ("--batch-size", "(default auto, 8 to 64)"),
        ("--activation", "(default relu)"),
        ("--optimizer", "(default adam)"),
        ("--engine", "(default auto)"),
        ("--threads", "(default: as many as are faster)"),
        ("--out", "(default runs/NAME,"),
    ],
)
def test_the_help_of_train_names_every_default(axone, option, default):
    text = " ".join(axone("train", "--help").stdout.replace("│", " ").split())
    at = text.index(f"{option} <")
    assert default in text[at : at + 160]


def test_without_a_command_the_help_is_shown(axone):
    assert all(command in axone(status=2).output for command in COMMANDS)


def test_the_version_is_printed(axone):
    assert axone("--version").stdout == f"axone {package.__version__}\n"


def test_a_mistyped_command_or_option_is_answered_with_the_nearest(axone):
    assert "Did you mean 'train'" in axone("trian", status=2).stderr
    assert "--epochs" in axone("train", "iris", "--epoch", "3", status=2).stderr


def test_debug_shows_an_error_with_its_traceback(axone):
    with pytest.raises(ConfigurationError, match="unknown dataset 'iriss'"):
        axone("--debug", "train", "iriss")


def test_out_of_memory_is_explained(axone, refused, monkeypatch):
    def fail(*arguments, **options):
        raise MemoryError

    monkeypatch.setattr("axone.experiments.run", fail)
    assert "not enough memory" in refused("train", "iris")
    with pytest.raises(MemoryError):
        axone("--debug", "train", "iris")


def test_an_interruption_before_training_ends_with_status_130(axone, monkeypatch):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("axone.experiments.run", interrupt)
    assert axone("train", "iris", status=130).stderr == "Interrupted.\n"


def test_summary_counts_parameters_without_training(axone, here):
    X = np.zeros((20, 28, 28), dtype=np.uint8)
    X[::2] = 1
    np.savez(here / "images.npz", X=X, y=np.arange(20) % 10)
    lines = axone("summary", "images.npz", "--hidden", "128,64").stdout.splitlines()
    assert lines[0] == "Input (28, 28)"
    assert lines[-1].split() == ["Total", "109,386"]
    assert [line.split()[-1] for line in lines[2:-1]] == ["0", "100,480", "8,256", "650"]


def test_summary_reads_experiments_run_folders_and_models(axone, iris_run, write):
    path = write("run.toml", '[data]\nsource = "iris"\n')
    texts = {axone("summary", what).stdout for what in ("iris", path, iris_run)}
    texts.add(axone("summary", iris_run / "model.safetensors").stdout)
    assert len(texts) == 1
    assert "2,499" in texts.pop()


def test_summary_calls_layers_by_the_names_that_a_file_gives_them(axone, write):
    content = """
    data = { source = "iris" }
    network = { hidden = [8], dropout = 0.5, layer_names = ["measures", "thinking", "species"] }
    """
    lines = axone("summary", write("run.toml", content)).stdout.splitlines()
    assert lines[0] == "measures (4,)"
    assert [line.split("  ")[0] for line in lines[2:-1]] == [
        "0 thinking: Dense (relu)",
        "1 Dropout",
        "2 species: Dense (softmax)",
    ]
    long = write(
        "long.toml", content.replace("thinking", "a very long name of a hidden layer " * 2)
    )
    assert max(map(len, axone("summary", long).stdout.splitlines())) <= 80


def test_names_that_do_not_fit_the_layers_are_refused_and_new_layers_need_none(
    axone, refused, write
):
    content = """
    data = { source = "iris" }
    network = { layers = [{ name = "dense", units = 3, activation = "softmax" }] }
    """
    wrong = write("run.toml", content.replace("}] }", "}], layer_names = ['a', 'b', 'c'] }"))
    assert "network.layer_names: there are 3 names for 1 layer" in refused("summary", wrong)
    right = write("run.toml", content.replace("}] }", "}], layer_names = ['species'] }"))
    assert "0 species: Dense" in axone("summary", right).stdout
    assert "0 Dense (relu)" in axone("summary", right, "--hidden", "7,5").stdout


def test_summary_takes_activation_dropout_and_target(axone, write):
    rows = "".join(f"{n},{n % 3},{n % 2}\n" for n in range(30))
    path = write("some.csv", f"a,b,c\n{rows}")
    text = axone(
        *("summary", path, "--target", "c", "--activation", "tanh", "--dropout", "0.2")
    ).stdout
    assert "0 Dense (tanh)" in text
    assert "1 Dropout" in text


def test_datasets_lists_every_name_and_the_data_home(axone, tmp_path):
    home = tmp_path / "data-home"
    home.mkdir()
    np.savez(home / "mine.npz", X=np.zeros((7, 3)), y=np.arange(7) % 2)
    lines = axone("datasets").stdout.splitlines()
    assert lines[-1] == f"Data home: {home}"
    names = [line.split()[0] for line in lines[1:] if line and not line.startswith("Data home")]
    assert names == [info.name for info in list_datasets()]
    mine = next(line for line in lines if line.startswith("mine"))
    assert mine.split() == ["mine", "classification", "7", "3", "data", "home"]
    assert max(len(line) for line in lines[:-1]) <= 80


def test_datasets_shows_what_one_is_and_which_options_it_takes(axone):
    text = axone("datasets", "calculator", "--data-option", "rows=50").stdout
    assert "Data      calculator: regression of sum\nRows      50, 10 test\n" in text
    assert "operation: add, multiply (default add)" in text
    assert "(default 0..100)" in " ".join(text.split())
    iris = axone("datasets", "iris").stdout
    assert "Classes   50 × setosa, 50 × versicolor, 50 × virginica" in iris
    assert "Option" not in iris
    assert max(map(len, (text + iris).splitlines())) <= 80


def test_datasets_saves_one_that_can_then_be_trained(axone, refused, here):
    words = ("--data-option", "rows=80", "--data-option", "noise=0.3", "--seed", "5")
    output = axone("datasets", "moons", *words, "--save", "my.npz").stdout
    assert output.endswith("Saved     my.npz\n")
    expected = load_dataset("moons", seed=5, options={"rows": 80, "noise": 0.3})
    np.testing.assert_array_equal(np.load(here / "my.npz")["X"], expected.X)
    assert "my.npz is there already" in refused("datasets", "moons", "--save", "my.npz")
    axone("datasets", "xor", "--save", "my.npz", "--overwrite")
    assert len(np.load(here / "my.npz")["X"]) == 4
    told = axone("datasets", "calculator", "--save", "sums.csv").stdout
    assert "holds the training rows alone" in told
    axone("train", "my.npz", "-q", "--epochs", "1")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--save", "a.npz"], "Name the dataset"),
        (["iriss"], "unknown dataset 'iriss'"),
        (["moons", "--data-option", "rows"], "NAME=VALUE"),
        (["moons", "--data-option", "rows=9", "--data-option", "rows=8"], "rows is given twice"),
        (["moons", "--save", "a.txt"], "saved as .npz or .csv"),
        (["moons", "--task", "guess"], "task must be one of"),
    ],
)
def test_datasets_refuses_what_makes_no_sense(refused, here, words, message):
    assert message in refused("datasets", *words)
    assert list(here.iterdir()) == []


def test_schema_prints_json_schema_of_experiments(axone):
    printed = json.loads(axone("schema").stdout)
    assert printed.pop("$schema") == "https://json-schema.org/draft/2020-12/schema"
    assert printed.pop("title") == "Axone experiment"
    described = ExperimentData.model_json_schema()
    del described["title"]
    assert printed == described
