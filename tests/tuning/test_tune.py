"""Whole searches: every kind gives its trials, its table, its pictures and a file that trains."""

import csv
import signal
import sys
import threading
import time

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

import axone as ax
from axone.data import load_dataset
from axone.errors import ArgumentTypeError, ConfigurationError, DataError
from axone.experiments import Experiment
from axone.experiments.folds import SCORED
from axone.experiments.preparation import load, split
from axone.tuning import evaluation, workers
from axone.tuning.evaluation import Peers, Task, evaluate
from axone.tuning.folds import folds_of, forget_folds
from axone.tuning.scoring import find_metric

SPACE = {"learning_rate": "1e-3..1e-1:log", "hidden": [[4], [8]]}


def plain(trials):
    """What the seed decides about trials."""
    return [(trial.labels, trial.scores, trial.epochs, trial.state) for trial in trials]


@pytest.mark.parametrize("search", ["grid", "random", "bayes"])
def test_the_same_seed_gives_the_same_trials_and_another_does_not(iris, search):
    tries = [ax.tune(iris, SPACE, search=search, trials=14, cv=2, seed=seed) for seed in (3, 3, 4)]
    assert plain(tries[0].trials) == plain(tries[1].trials)
    assert plain(tries[0].trials) != plain(tries[2].trials)
    assert len(tries[0].trials) == (8 if search == "grid" else 14)


def test_a_bayes_search_taken_up_again_chooses_as_if_never_stopped(iris, here):
    whole = ax.tune(iris, SPACE, trials=14, cv=2)
    storage = f"sqlite:///{here / 'study.db'}"
    ax.tune(iris, SPACE, trials=5, cv=2, storage=storage)
    assert plain(ax.tune(iris, SPACE, trials=14, cv=2, storage=storage).trials) == plain(
        whole.trials
    )


def test_how_many_trials_run_at_a_time_changes_no_score(iris):
    alone, together = (
        ax.tune(iris, SPACE, search="random", trials=6, cv=2, jobs=jobs) for jobs in (1, 3)
    )
    assert plain(alone.trials) == plain(together.trials)


def test_a_trial_scores_what_an_experiment_on_its_folds_scores(iris):
    result = ax.tune(iris, {"l2": [0.1]}, search="grid", cv=3)
    dataset = load_dataset("iris")
    rows = split(iris, dataset)[0]
    known = np.concatenate([rows["train"], rows["validation"]])
    folds = folds_of(iris, 3)
    pairs = StratifiedKFold(3, shuffle=True, random_state=0).split(known, dataset.y[known])
    for arranged, (train, scored) in zip(folds.arranged, pairs, strict=True):
        parts = arranged.parts
        assert np.array_equal(np.sort(parts[SCORED].y), np.sort(dataset.y[known[scored]]))
        assert len(parts["train"]) + len(parts["validation"]) == len(train)
        # Standard scores of the training rows, and of no others.
        assert np.allclose(parts["train"].X.mean(axis=0), 0, atol=1e-6)
        assert not np.allclose(parts[SCORED].X.mean(axis=0), 0, atol=1e-3)
    assert result.best.score == pytest.approx(np.mean(result.best.scores))
    assert result.best.deviation == pytest.approx(np.std(result.best.scores))


def test_no_fold_sees_a_test_row():
    experiment = Experiment.from_source("digits")
    dataset = load(experiment)
    test = dataset.X[split(experiment, dataset)[0]["test"]]
    folds = folds_of(experiment, 3)
    seen = sum(len(part) for part in folds.arranged[0].parts.values())
    assert seen == len(dataset.y) - len(test)


def test_one_fold_judges_by_the_validation_rows_of_the_file(iris):
    result = ax.tune(iris, {"l2": [0.0, 0.1]}, search="grid", cv=1)
    trained = iris.run().metrics["validation"]["accuracy"]
    assert result.trials[0].scores == (pytest.approx(trained, abs=1e-6),)
    assert result.best.deviation == 0


def test_the_best_file_trains_and_reaches_about_the_same_metric(here):
    result = ax.tune("digits", SPACE, search="random", trials=4, cv=2, out="found")
    trained = Experiment.from_file(here / "found" / "best.toml").run()
    assert trained.metrics["test"]["accuracy"] == pytest.approx(result.best.score, abs=0.04)
    settings = trained.prepared.experiment.settings
    assert settings.training.optimizer.learning_rate == pytest.approx(
        result.best_values["training.optimizer.learning_rate"]
    )
    assert (here / "found" / "best.toml").read_text().startswith("# Trial ")
    assert sorted(path.name for path in (here / "found").iterdir()) == [
        "best.toml",
        "importance.png",
        "parallel_coordinates.png",
        "study.db",
        "trials.csv",
    ]
    with (here / "found" / "trials.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["rank"]) for row in rows] == [1, 2, 3, 4]
    scores = [float(row["accuracy"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert {row["network.hidden"] for row in rows} <= {"4", "8"}


def test_a_file_says_what_varies_and_how(here, no_pictures):
    (here / "data").mkdir()
    (here / "data" / "rows.csv").write_text(
        "a,b,y\n" + "".join(f"{n % 7},{n % 5},{n % 7 + 2 * (n % 5)}\n" for n in range(60))
    )
    (here / "data" / "run.toml").write_text("""
data = {source = "rows.csv", target = "y", task = "regression"}
training = {epochs = 15}
[tuning]
search = "grid"
cv = 2
metric = "rmse"
[tuning.space]
learning_rate = [1e-3, 1e-2]
""")
    result = ax.tune("data/run.toml", out="found")
    assert (result.search, result.cv, result.metric.name) == ("grid", 2, "rmse")
    assert result.best.labels == {"training.optimizer.learning_rate": 0.01}
    assert result.best.score == min(trial.score for trial in result.trials)
    # From its own folder the file still finds its rows.
    assert Experiment.from_file("found/best.toml").run().metrics["test"]["rmse"] < 5
    assert Experiment.from_file("data/run.toml").run().metrics["epochs"] == 15


def test_hopeless_trials_are_given_up_and_good_ones_are_not():
    space = {"learning_rate": [0.01, 1e-6, 1e-5, 0.02, 0.03, 0.015, 1e-4, 0.05, 2e-6, 3e-6, 4e-6]}
    result = ax.tune("iris", space, search="grid", cv=3, prune=True, jobs=1)
    rates = {t.labels["training.optimizer.learning_rate"]: t.state for t in result.trials}
    assert "pruned" in rates.values()
    assert rates[0.01] == rates[0.02] == rates[0.03] == "complete"
    pruned = next(trial for trial in result.trials if trial.state == "pruned")
    assert "hopeless after" in pruned.reason
    assert result.best.state == "complete"
    assert pruned in result.trials
    assert ",pruned," in result.to_csv()


def test_the_median_rule_stops_a_fit_at_the_eighth_epoch(iris):
    from optuna import create_trial

    peers = tuple(
        create_trial(value=2.0, intermediate_values={8: 2.0, evaluation.FOLD: 2.0})
        for _ in range(5)
    )
    metric = find_metric("accuracy", load(iris))
    outcome = evaluate(Task(iris, 2, metric, peers=Peers(peers, maximise=True)))
    assert (outcome.ended, outcome.epochs) == ("pruned", 8)
    assert outcome.reason == "hopeless after epoch 8 of the first fold"
    late = tuple(create_trial(value=2.0, intermediate_values={evaluation.FOLD: 2.0}) for _ in peers)
    outcome = evaluate(Task(iris, 2, metric, peers=Peers(late, maximise=True)))
    assert (outcome.ended, len(outcome.scores)) == ("pruned", 1)
    loss = find_metric("log_loss", load(iris))
    low = tuple(create_trial(value=0.0, intermediate_values={8: 0.0}) for _ in peers)
    assert evaluate(Task(iris, 2, loss, peers=Peers(low, maximise=False))).epochs == 8


def test_a_trial_that_diverges_or_cannot_be_built_is_told_and_never_the_best(iris):
    space = {"training.optimizer": ["sgd"], "learning_rate": [0.01, 1e30]}
    result = ax.tune("diabetes", space, search="grid", cv=2)
    assert [trial.state for trial in result.trials] == ["complete", "diverged"]
    assert "loss became" in result.trials[1].reason
    space = {"training.optimizer": ["sgd", "lbfgs"], "learning_rate": [0.01, 0.1]}
    result = ax.tune(iris, space, search="grid", cv=2)
    states = {(t.labels["training.optimizer"], t.state) for t in result.trials}
    assert states == {("sgd", "complete"), ("lbfgs", "failed")}
    assert any("lbfgs" in trial.reason for trial in result.trials)


def test_without_any_complete_trial_the_first_reason_is_told(iris):
    result = ax.tune(iris, {"training.optimizer": ["sgd"], "learning_rate": [1e30]}, search="grid")
    with pytest.raises(DataError, match=r"None of 1 trials is complete. The first ended so: "):
        _ = result.best
    assert result.importances() == {}


def test_running_out_of_memory_fails_a_trial_and_not_the_search(iris, monkeypatch):
    def fit(*anything, **settings):
        raise MemoryError

    monkeypatch.setattr(evaluation, "fit", fit)
    result = ax.tune(iris, {"l2": [0.0]}, search="grid")
    assert (result.trials[0].state, result.trials[0].reason[:17]) == ("failed", "not enough memory")


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as POSIX sends it")
def test_ctrl_c_keeps_what_is_done_and_the_same_call_goes_on(here, no_pictures):
    experiment = Experiment.from_source("iris", {"engine": "reference"})
    settings = {"search": "random", "trials": 6, "cv": 2, "out": "found", "jobs": 2}
    pressed = []

    def press(progress):
        if progress.done == 2 and not pressed:
            pressed.append(signal.raise_signal(signal.SIGINT))

    stopped = ax.tune(experiment, SPACE, on_progress=press, **settings)
    assert stopped.interrupted
    states = [trial.state for trial in stopped.trials]
    assert 2 <= states.count("complete") < 6
    assert "running" not in states
    resumed = ax.tune(experiment, SPACE, **settings)
    assert [trial.state for trial in resumed.trials].count("complete") == 6
    whole = ax.tune(experiment, SPACE, **settings | {"out": None})
    key = "training.optimizer.learning_rate"
    assert {t.labels[key]: t.scores for t in resumed.trials if t.scores} == {
        t.labels[key]: t.scores for t in whole.trials
    }


def test_a_cancelled_trial_ends_after_the_epoch_in_hand(iris):
    cancelled = threading.Event()
    metric = find_metric(None, load(iris))
    calls = []

    def ask():
        calls.append(time)
        return len(calls) > 3

    assert evaluate(Task(iris, 2, metric), ask).epochs == 3
    cancelled.set()
    assert evaluate(Task(iris, 2, metric), cancelled.is_set).ended == "cancelled"


def test_a_fold_without_a_class_fails_a_trial_that_needs_every_class(here):
    rows = "".join(f"{n},{'rare' if n in (3, 4) else 'often'}\n" for n in range(40))
    (here / "rows.csv").write_text(f"a,y\n{rows}")
    experiment = Experiment.from_source("rows.csv", {"data": {"target": "y", "test": 0.0}})
    folds = folds_of(experiment, 3)
    assert "folds not in proportion: the smallest class has 2 rows for 3 folds" in folds.notes
    result = ax.tune(experiment, {"l2": [0.0]}, search="grid", metric="roc_auc")
    assert result.trials[0].state == "failed"
    assert "roc_auc cannot be measured" in result.trials[0].reason


def test_searches_that_cannot_be_carried_out_are_refused(iris, here):
    (here / "occupied").mkdir()
    (here / "occupied" / "diary.txt").write_text("mine")
    (here / "file").write_text("")
    grid = {"space": {"l2": [0.0]}, "search": "grid"}
    for settings, words in (
        (grid | {"search": "guess"}, "search must be one of 'grid', 'random', 'bayes'"),
        (grid | {"backend": "smoke"}, "backend must be one of"),
        (grid | {"out": "occupied"}, "occupied is not empty"),
        (grid | {"out": "file/below"}, "Cannot create the folder"),
        (grid | {"cv": 0}, "cv must be at least 1"),
        (grid | {"cv": 100}, "127 rows besides the test rows are too few for 100 folds"),
        (grid | {"trials": 0, "search": "random"}, "trials must be at least 1"),
        (grid | {"jobs": 0}, "jobs must be at least 1"),
        (grid | {"heartbeat": 0}, "heartbeat must be at least 1"),
        (grid | {"seed": -1}, "seed must be at least 0"),
        ({"space": {"loss": ["mse"]}, "search": "grid"}, "'mse' does not fit a classification"),
    ):
        with pytest.raises((ConfigurationError, DataError), match=words):
            ax.tune(iris, **settings)
    with pytest.raises(ConfigurationError, match="There are no validation rows"):
        ax.tune(Experiment.from_source("xor"), cv=1)
    with pytest.raises(ArgumentTypeError, match="tune takes an experiment"):
        ax.tune(3)


def test_without_optuna_the_extra_is_named(monkeypatch, iris):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ConfigurationError, match=r'pip install "axone\[tune\]"'):
        ax.tune(iris)


def test_the_processes_of_loky_give_what_threads_give(iris):
    settings = {"search": "random", "trials": 3, "cv": 2, "jobs": 2}
    threads = ax.tune(iris, SPACE, **settings)
    processes = ax.tune(iris, SPACE, backend="loky", **settings)
    assert plain(processes.trials) == plain(threads.trials)


def test_two_workers_of_a_dask_cluster_share_a_bayes_search(iris):
    pytest.importorskip("distributed", reason="the cluster is Dask's, of the extra `dask`")
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        Client(cluster),
    ):
        result = ax.tune(iris, SPACE, trials=4, cv=2, jobs=2, backend="dask")
    assert [trial.state for trial in result.trials] == ["complete"] * 4


def test_a_dask_cluster_of_two_processes_is_started_where_there_is_none(iris):
    pytest.importorskip("distributed", reason="the cluster is Dask's, of the extra `dask`")
    settings = {"search": "random", "trials": 4, "cv": 2, "jobs": 2}
    result = ax.tune(iris, SPACE, backend="dask", **settings)
    assert plain(result.trials) == plain(ax.tune(iris, SPACE, **settings).trials)


@pytest.mark.filterwarnings("ignore")  # Ray's own, of its start
def test_two_workers_of_a_ray_cluster_share_a_search(iris):
    pytest.importorskip("ray", reason="the cluster is Ray's, of the extra `ray`")
    settings = {"search": "random", "trials": 4, "cv": 2, "jobs": 2}
    result = ax.tune(iris, SPACE, backend="ray", **settings)
    assert plain(result.trials) == plain(ax.tune(iris, SPACE, **settings).trials)


@pytest.mark.parametrize(("backend", "module"), [("dask", "distributed"), ("ray", "ray")])
def test_a_cluster_s_missing_package_is_named(iris, monkeypatch, backend, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError, match=rf'pip install "axone\[{backend}\]"'):
        ax.tune(iris, SPACE, trials=2, backend=backend)


def test_an_error_of_the_program_itself_is_not_hidden_and_loses_no_trial(iris, here, monkeypatch):
    def broken(task, cancelled):
        raise ZeroDivisionError

    storage = f"sqlite:///{here / 'study.db'}"
    settings = {"search": "random", "trials": 3, "cv": 2, "storage": storage}
    with monkeypatch.context() as patch:
        patch.setattr(workers, "evaluate", broken)
        with pytest.raises(ZeroDivisionError):
            ax.tune(iris, SPACE, **settings)
    assert [trial.state for trial in ax.tune(iris, SPACE, **settings).trials] == ["complete"] * 3


def test_a_setting_of_the_data_may_vary(iris):
    result = ax.tune(iris, {"scaling": ["standard", "minmax", "none"]}, search="grid", cv=2)
    assert len({trial.scores for trial in result.trials}) > 1
    assert result.best_experiment.settings.data.scaling is not None


def test_a_scored_row_far_out_fails_a_trial_and_not_the_search(here):
    random = np.random.default_rng(0)
    X = random.normal(size=(60, 3))
    y = (X[:, 0] > 0).astype(int)
    np.savez(here / "far.npz", X=X, y=y)
    experiment = ax.Experiment.from_source(
        "far.npz",
        {
            # Nothing is held out: the row is scored in the first fold, trained on in the second.
            "data": {"scaling": "none", "validation": 0.0, "test": 0.0},
            "network": {
                "hidden": [4],
                "initializer": {"name": "normal", "standard_deviation": 3.0},
            },
            "training": {"epochs": 2, "stopping": {}},
        },
    )
    X[folds_of(experiment, 2).arranged[0].parts[SCORED].numbers[0]] = 3e38
    np.savez(here / "far.npz", X=X, y=y)
    forget_folds()
    found = ax.tune(experiment, {"l2": [0.0, 0.1]}, search="grid", cv=2, jobs=1)
    assert [trial.state for trial in found.trials] == ["failed", "failed"]
    assert "accuracy of fold 1 is not a finite number" in found.trials[0].reason
