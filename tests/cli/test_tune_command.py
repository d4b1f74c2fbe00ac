"""`axone tune` as people meet it: what it prints in 80 columns, what it refuses and how."""

import json
import signal
import sys

import pytest

pytest.importorskip("optuna", reason="tuning needs Optuna, of the extra `tune`")

FAST = ("--search", "random", "--trials", "4", "--cv", "2", "--epochs", "20", "--jobs", "1")


@pytest.fixture(autouse=True)
def _no_tuning_pictures(monkeypatch):
    monkeypatch.setattr("axone.tuning.result._draw", lambda *result: None)


def test_a_search_prints_its_plan_its_best_trials_and_where_they_are(axone, here):
    result = axone("tune", "iris", *FAST)
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "Data      iris: 2 folds of 52 training, 11 validation and 64 scored rows"
    assert lines[1] == "Search    random, 4 trials, seed 0"
    assert lines[2] == "Metric    accuracy, good is high"
    assert "4 trials in " in result.stdout
    assert "4 complete." in result.stdout
    assert "Best: axone train runs/iris-tuning/best.toml" in lines
    assert sorted(path.name for path in (here / "runs" / "iris-tuning").iterdir()) == [
        "best.toml", "study.db", "trials.csv",
    ]  # fmt: skip
    best = next(line for line in lines if line.startswith("1 "))
    assert "±" in best
    axone("train", "runs/iris-tuning/best.toml", "--quiet")


def test_the_same_command_goes_on_with_the_same_search(axone):
    first = axone("tune", "iris", *FAST, "--out", "found", "--json")
    again = axone("tune", "iris", *FAST, "--out", "found", "--json", "--trials", "6")
    assert json.loads(first.stdout)["trials"] == 4
    assert json.loads(again.stdout)["trials"] == 6
    assert json.loads(again.stdout)["score"] >= json.loads(first.stdout)["score"]
    assert set(json.loads(first.stdout)["values"]) >= {"network.hidden", "training.l2"}


def test_quiet_says_nothing(axone):
    assert axone("tune", "iris", *FAST, "-q").output == ""


def test_options_say_what_varies(axone):
    vary = ("--vary", "lr=1e-3..1e-1:log", "--vary", "dropout=0..0.4:step=0.2", "--vary", "l2=0|1")
    result = axone("tune", "iris", *FAST, *vary, "--prune", "--cv", "1")
    assert "Varies    training.optimizer.learning_rate: 0.001 … 0.1, logarithmic" in result.stdout
    assert "          network.dropout: 0 … 0.4, in steps of 0.2" in result.stdout
    assert "          training.l2: 0 | 1" in result.stdout
    assert "104 training, 23 validation rows" in result.stdout
    assert "hopeless ones given up" in result.stdout


def test_trials_that_failed_are_told(axone):
    vary = ("--vary", "optimizer=lbfgs|sgd", "--vary", "learning_rate=0.01|0.1")
    result = axone("tune", "iris", *vary, "--search", "grid", "--cv", "2", "--epochs", "5")
    assert "2 failed" in result.stdout
    words = " ".join(result.stdout.split())
    assert "failed: the search space: training.optimizer: optimizer 'lbfgs': unknown" in words


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ["--vary", "learning_rat=1..2"],
            "--vary: unknown setting to vary 'learning_rat'. Did you",
        ),
        (["--vary", "l2"], "--vary takes NAME=LOW..HIGH"),
        (["--vary", "l2=-1|0"], "--vary: training.l2: Input should be greater than or equal to 0"),
        (["--search", "guess"], "search must be one of 'grid', 'random', 'bayes'"),
        (["--metric", "rmse"], "The metric 'rmse' does not fit: iris is a classification of 3"),
        (["--metric", "accurate"], "Did you mean 'accuracy'?"),
        (
            ["--storage", "postgresql://localhost:1/none"],
            "The storage postgresql://localhost:1/none",
        ),
        (["--cv", "0"], "cv must be at least 1"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_words(refused, options, words):
    assert words in " ".join(refused("tune", "iris", "--search", "random", *options).split())


def test_a_search_without_a_complete_trial_says_why(axone):
    result = axone(
        "tune", "iris", "--vary", "lr=1e30", "--vary", "optimizer=sgd", "--search", "grid", status=2
    )
    assert "None of 1 trials is complete. The first ended so: " in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as POSIX sends it")
@pytest.mark.parametrize("trials", [0, 2])
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(axone, monkeypatch, trials):
    from axone.cli.tune import _Screen

    shown = _Screen.on_progress

    def press(screen, stand):
        shown(screen, stand)
        if stand.done == trials:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(_Screen, "on_progress", press)
    result = axone("tune", "iris", *FAST, status=130)
    assert f"Interrupted: {trials} of 4 trials are done. Go on with the same command and --out" in (
        result.stderr
    )
    assert ("Best: " in result.stdout) == bool(trials)


def test_candidates_that_ended_their_processes_are_told(axone):
    from dataclasses import replace

    from axone import tune
    from axone.cli.tune import _summary, trials_table

    result = tune("iris", {"l2": [0.0, 1.0]}, search="grid", cv=1, out="found")
    assert "1 candidates were given up" in " ".join(_summary(replace(result, asked=3)))
    assert trials_table(result).row_count == 2
