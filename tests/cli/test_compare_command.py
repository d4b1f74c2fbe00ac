"""`axone compare`: what it takes, what it prints in 80 columns, what it leaves, how it ends."""

import csv
import json
import signal

import numpy as np
import pytest

from axone.cli.comparison_screen import Screen, _loss, _milliseconds
from axone.comparison import comparing as room

COURSE = {
    "NPZ_DATASET": "diabetes.npz",
    "LAYER_SIZES": [10, 16, 8, 1],
    "LAYER_ACTS": ["-", "ReLU", "ReLU", "linear"],
    "LR": 0.005,
    "MAX_EPOCHS": 3,
    "BATCH_SIZE": 50,
    "RANDOM_SEED": 42,
    "OPTIMIZER": "adam",
    "L2": 0.01,
}


@pytest.fixture(autouse=True)
def _no_pictures(monkeypatch):
    """Pictures have tests of their own; here they would cost more time than all the training."""
    monkeypatch.setattr("axone.comparison.report._draw", lambda comparison, folder: None)


def numbers(folder, name):
    rows = csv.DictReader((folder / "comparison.csv").read_text().splitlines())
    return [float(row[name]) for row in rows]


@pytest.mark.parametrize(
    ("source", "options"),
    [
        ("iris", ["--hidden", "8,5"]),
        ("diabetes", ["--hidden", "16", "--l2", "0.5"]),
        ("xor", []),
        ("breast_cancer", ["--hidden", "6", "--optimizer", "nesterov", "--activation", "tanh"]),
    ],
)
def test_three_libraries_agree_to_rounding(axone, here, torch, source, options):
    output = axone("compare", source, "--epochs", "3", "--out", "run", *options).stdout
    folder = here / "run"
    for key in ("sklearn", "torch"):
        assert max(numbers(folder, f"{key}_weight_difference")) < 1e-10
        ours = numbers(folder, "axone_loss")
        np.testing.assert_allclose(numbers(folder, f"{key}_loss"), ours, rtol=1e-10)
    assert "Against   scikit-learn " in output
    assert "no weight differs by more than" in " ".join(output.split())
    assert output.endswith("Results: run\n")


def test_the_table_fits_eighty_columns_with_a_line_an_epoch(axone, torch):
    lines = axone("compare", "iris", "--epochs", "4").stdout.splitlines()
    head = next(n for n, line in enumerate(lines) if line.startswith("Epoch"))
    table = lines[head - 1 : head + 5]
    assert table[0].split() == ["Training", "loss", "Δ", "weight", "Time", "in", "ms"]
    names = ["Axone", "sklearn", "PyTorch", "sklearn", "PyTorch", "Axone", "sklearn", "PyTorch"]
    assert table[1].split() == ["Epoch", *names]
    assert {len(line) for line in table} == {77}
    assert [line.split()[0] for line in table[2:]] == list("1234")
    assert len({line.split()[1] for line in table[2:]}) == 4
    assert all(len(set(line.split()[1:4])) == 1 for line in table[2:])


def test_the_first_twenty_epochs_every_tenth_and_the_last_are_shown(axone):
    output = axone("compare", "xor", "--epochs", "43", "--against", "sklearn").stdout
    lines = output.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("Epoch")) + 1
    shown = [int(line.split()[0]) for line in lines[start : lines.index("", start)]]
    assert shown == [*range(1, 21), 30, 40, 43]
    assert "After 43 epochs (43 steps)" in output


def test_a_course_file_is_compared_as_it_is(axone, here, torch, write):
    path = write("params.json", json.dumps({"parameters": COURSE}))
    axone("compare", path)
    folder = here / "runs" / "params-comparison"
    assert max(numbers(folder, "sklearn_weight_difference")) < 1e-10
    assert len(numbers(folder, "axone_loss")) == 3


def test_a_second_comparison_gets_a_folder_of_its_own(axone, here):
    for _ in range(2):
        axone("compare", "xor", "--epochs", "1", "--against", "sklearn")
    names = sorted(path.name for path in (here / "runs").iterdir())
    assert names == ["xor-comparison", "xor-comparison-2"]


def test_json_is_the_summary_and_nothing_else(axone, here):
    words = ("compare", "xor", "--epochs", "2", "--against", "sklearn", "--json", "--output", "run")
    printed = json.loads(axone(*words).stdout)
    assert printed.pop("folder") == "run"
    assert printed == json.loads((here / "run" / "comparison.json").read_text())
    assert list(printed["libraries"]) == ["axone", "sklearn"]


def test_what_is_left_out_is_told_with_its_reason(axone, torch):
    output = axone("compare", "iris", "--epochs", "1", "--dropout", "0.2").stdout
    assert "Left out  scikit-learn, beyond it: the layer Dropout\n" in output
    assert "After 1 epoch (13 steps)" in output


def test_without_pytorch_the_command_that_installs_it_is_told(axone, monkeypatch):
    find = room.find_spec
    monkeypatch.setattr(room, "find_spec", lambda name: None if name == "torch" else find(name))
    output = axone("compare", "xor", "--epochs", "1").stdout
    assert 'Left out  PyTorch, not installed; to have it: pip install "axone[torch]"' in output


def test_float32_and_threads_are_said(axone):
    words = ("--epochs", "1", "--against", "sklearn", "--dtype", "float32", "--threads", "2")
    output = axone("compare", "iris", *words).stdout
    assert "Computed  in float32, 2 threads each; Axone's" in output
    assert "the proof is" in output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["iris", "--against", "keras"], "unknown library to compare with 'keras'"),
        (["iris", "--optimizer", "lbfgs"], "--optimizer: L-BFGS makes steps"),
        (["iris", "--epochs", "0"], "--epochs: "),
        (["iris", "--dtype", "half"], "dtype must be one of 'float64', 'float32', not 'half'"),
        (["iris", "--dropout", "0.5", "--against", "sklearn"], "nobody to compare with"),
        (["nowhere.toml"], "nowhere.toml: cannot be read"),
    ],
)
def test_what_cannot_be_compared_is_refused_and_leaves_nothing(refused, here, words, message):
    assert message in refused("compare", *words)
    assert list(here.iterdir()) == []


def test_a_run_that_diverges_ends_with_status_3(axone, here):
    words = ("--optimizer", "sgd", "--lr", "1e30", "--against", "sklearn", "--out", "run")
    with np.errstate(all="ignore"):
        result = axone("compare", "iris", *words, status=3)
    assert "Axone's loss was no longer finite in epoch 1" in result.stderr
    assert "Results: run" in result.stdout


def test_ctrl_c_ends_with_status_130_and_writes_what_there_is(axone, here, monkeypatch):
    after = Screen.after_epoch

    def pressed(self, comparison):
        after(self, comparison)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Screen, "after_epoch", pressed)
    words = ("--against", "sklearn", "--out", "run")
    result = axone("compare", "xor", *words, status=130)
    assert "Interrupted after epoch 1." in result.stderr
    assert len(numbers(here / "run", "axone_loss")) == 1


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (1.6356009, "1.635601"),
        (8265.48712, "8265.487"),
        (123456.7, "1.23e+05"),
        (0.00012345, "1.23e-04"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_losses_of_any_size_fit_their_column(loss, text):
    assert _loss(loss) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.00031, "0.31"), (0.0123, "12.3"), (20.331, "20331")]
)
def test_times_of_any_size_fit_their_column(seconds, text):
    assert _milliseconds(seconds) == text


def test_help_fits_in_eighty_columns_and_shows_examples(axone):
    text = axone("compare", "--help").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert " axone compare iris" in text
    assert 'pip install "axone[torch]"' in text
