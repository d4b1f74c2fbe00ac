"""What the page says to the bench itself, and what it is told of it."""

import numpy as np
import pytest

from axone.errors import ArgumentTypeError, AxoneError
from axone.playground.bench import FIRST
from axone.playground.questions import answers


@pytest.fixture
def ask(bench):
    return lambda question, **fields: answers()[question](bench, fields)


def test_a_design_is_begun_with_gone_back_from_and_taken_up_again(ask, bench):
    weights = bench.parameters().vector
    told = ask("design", design={**FIRST, "seed": 4})
    assert (told["design"]["seed"], told["state"]["epoch"]) == (4, 0)
    told = ask("undo")
    assert (told["design"]["seed"], told["state"]["epoch"]) == (0, 5)
    assert np.array_equal(bench.parameters().vector, weights)
    assert ask("redo")["design"]["seed"] == 4
    assert ask("reset", seed=6)["design"]["seed"] == 6
    assert ask("reset")["design"]["seed"] == 6


def test_it_is_played_paused_and_gone_through_by_hand(ask):
    assert ask("play")["state"]["running"]
    assert not ask("pause")["state"]["running"]
    assert (ask("step")["state"]["step"], ask("step")["state"]["batch"]) == (146, 2)
    assert ask("pace", epochs_per_second=3)["state"]["pace"] == 3
    assert ask("pace", epochs_per_second=None)["state"]["pace"] is None
    assert ask("rate", learning_rate=0.5)["state"]["learning_rate"] == 0.5
    assert ask("back", epoch=2)["state"]["looking_back"] == 2
    assert ask("back", epoch=None)["state"]["looking_back"] is None


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("pace", {"epochs_per_second": 0}),
        ("pace", {"epochs_per_second": "fast"}),
        ("rate", {"learning_rate": -1}),
        ("back", {"epoch": -1}),
        ("back", {"epoch": 1.5}),
        ("drop", {"run": 3}),
        ("drop", {"run": True}),
        ("drop", {"run": [1]}),
        ("rename", {"run": 3, "name": "x"}),
        ("go_back_to", {"run": None}),
        ("design", {}),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(ask, bench, name, fields):
    before = bench.state()
    with pytest.raises(AxoneError):
        ask(name, **fields)
    assert bench.state() == before


def test_runs_are_kept_renamed_taken_up_again_and_dropped(ask):
    (kept,) = ask("keep", name="  mine  ")["runs"]
    assert (kept["name"], kept["epochs"]) == ("mine", 5)
    assert [run["name"] for run in ask("keep")["runs"]] == ["mine", "run 2"]
    assert ask("rename", run=2, name="y" * 99)["runs"][1]["name"] == "y" * 60
    with pytest.raises(ArgumentTypeError):
        ask("rename", run=2, name=" ")
    assert ask("go_back_to", run=1)["state"]["epoch"] == 5
    assert [run["run"] for run in ask("drop", run=1)["runs"]] == [2]


def test_a_long_run_is_kept_with_few_points_of_its_curves(ask, bench):
    bench.set_design({**FIRST, "training": {"batch_size": 1000, "epochs": 1500}})
    bench.play_until(1500)
    while bench.playing:
        bench.learn()
    curves = ask("keep")["runs"][0]["curves"]
    assert len(curves["epoch"]) == 400
    assert (curves["epoch"][0], curves["epoch"][-1]) == (1, 1500)
    losses = bench.history()["train_loss"]
    assert curves["train_loss"] == [losses[int(epoch) - 1] for epoch in curves["epoch"]]
