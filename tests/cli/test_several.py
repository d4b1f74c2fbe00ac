"""`axone train --cv` and `--repeats`: what is printed, what is left, and how they are ended."""

import csv
import json
import os
import signal

import pytest

QUICK = ("--epochs", "5")

LONG = """
engine = "reference"
data = { source = "moons" }
network = { hidden = [16] }
training = { epochs = 40, batch_size = 8, stopping = {} }
"""


def test_a_cross_validation_is_shown_and_kept_beside_the_run(axone, here):
    output = axone("train", "iris", "--cv", "5", "--out", "run", *QUICK).stdout
    lines = output.splitlines()
    assert max(map(len, lines)) <= 80
    assert "Rows      127 train, 23 validation" in output
    assert [line.split(":")[0] for line in lines if line.startswith("Fold ")] == [
        f"Fold {number}" for number in range(1, 6)
    ]
    assert any(line.split() == ["mean", "deviation", "min", "max"] for line in lines)
    assert "of 150, each scored by a network that has not seen it." in output
    metrics = json.loads((here / "run" / "metrics.json").read_text())
    told = metrics["cross_validation"]
    assert (told["folds"], told["done"], told["of"]) == (5, 5, 150)
    with (here / "run" / "cross_validation.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["right"]) for row in rows) == told["right"]
    assert axone("predict", "run", 5, 3, 1.5, 0.2).stdout.splitlines()[1].startswith("setosa")


def test_json_and_quiet_hold_for_several_trainings(axone, here):
    printed = json.loads(axone("train", "iris", "--cv", "3", "--json", *QUICK).stdout)
    assert printed["cross_validation"]["folds"] == 3
    printed = json.loads(axone("train", "iris", "--repeats", "2", "--json", *QUICK).stdout)
    assert (printed["seeds"], printed["folder"]) == ([0, 1], "runs/iris-2")
    for words in (["--cv", "3"], ["--repeats", "2"]):
        result = axone("train", "iris", "--quiet", *words, *QUICK)
        assert (result.stdout, result.stderr) == ("", "")


def test_repeats_are_shown_and_each_seed_has_a_folder_to_predict_from(axone, here):
    output = axone("train", "iris", "--repeats", "3", "--seed", "7", "--out", "all", *QUICK).stdout
    lines = output.splitlines()
    assert max(map(len, lines)) <= 80
    assert output.startswith("Data      iris: 3 classes\n")
    assert [line.split(":")[0] for line in lines if line.startswith("Seed ")] == [
        "Seed 7",
        "Seed 8",
        "Seed 9",
    ]
    assert "test rows, seeds 7 … 9" in output
    assert {path.name for path in (here / "all").iterdir()} == {
        *("seed-7", "seed-8", "seed-9", "repeats.csv", "repeats.json")
    }
    axone("predict", "all/seed-8", 5, 3, 1.5, 0.2)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--cv", "1"], "--cv must be at least 2"),
        (["--cv", "-3"], "--cv must be at least 2"),
        (["--repeats", "1"], "--repeats must be at least 2"),
        (["--repeats", "5000"], "repeats must be at most 1000"),
        (["--cv", "3", "--repeats", "3"], "give one of them"),
        (["--cv", "100"], "too few for 100 folds"),
    ],
)
def test_what_makes_no_sense_is_refused(axone, words, message):
    assert message in axone("train", "iris", *QUICK, *words, status=2).stderr


def test_too_many_folds_are_refused_before_anything_is_trained(refused, here):
    assert "too few for 100 folds" in refused("train", "iris", "--cv", "100")
    assert list(here.iterdir()) == []


def test_repeats_are_not_resumed_as_a_whole_and_folds_can_be_added_to_a_run(axone, refused, here):
    axone("train", "iris", "-q", "--out", "run", *QUICK)
    assert "--repeats begins anew" in refused("train", "run", "--resume", "--repeats", "3")
    axone("train", "run", "--resume", "-q", "--cv", "3")
    told = json.loads((here / "run" / "metrics.json").read_text())["cross_validation"]
    assert told["done"] == 3


def test_a_seed_with_which_a_run_diverges_is_told_and_the_status_is_3(axone):
    words = ("--repeats", "2", "--optimizer", "sgd", "--lr", "1e30")
    result = axone("train", "iris", *words, *QUICK, status=3)
    assert "Diverged with these seeds: 0, 1." in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's here")
@pytest.mark.parametrize(
    ("option", "first", "table"),
    [("--cv", "Fold 1", "cross_validation.csv"), ("--repeats", "Seed 0", "repeats.csv")],
)
def test_ctrl_c_keeps_what_is_done(start, write, here, option, first, table):
    process = start("train", write("run.toml", LONG), option, "20", "--out", "run")
    for line in process.stdout:
        if line.startswith(first):
            break
    process.send_signal(signal.SIGINT)
    _output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert " of 20 " in errors
    assert "Traceback" not in errors
    with (here / "run" / table).open(newline="") as file:
        assert 1 <= len(list(csv.DictReader(file))) < 20
