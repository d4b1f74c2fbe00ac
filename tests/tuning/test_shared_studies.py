"""Several processes, one study: nothing is run twice, and nothing is lost when one is killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

import axone as ax
from axone.errors import ConfigurationError, DataError
from axone.tuning.evaluation import TrialOutcome
from axone.tuning.reading import read_space
from axone.tuning.study import TrialStudy

SPACE = {"learning_rate": "1e-3..1e-1:log", "hidden": [[4], [8]]}

# Its second trial never ends.
VICTIM = """
import json, sys, time
import axone as ax
from axone.tuning import workers

evaluate = workers.evaluate
begun = []

def hanging(task, cancelled):
    begun.append(task)
    if len(begun) == 2:
        settings = task.experiment.settings
        rate = settings.training.optimizer.learning_rate
        print(json.dumps([rate, settings.network.hidden]), flush=True)
        time.sleep(600)
    return evaluate(task, cancelled)

workers.evaluate = hanging
ax.tune("iris", {space}, search="{search}", trials=6, cv=2, storage="{storage}", study="{study}",
        jobs=1, heartbeat=1)
"""


@pytest.fixture
def victim(here):
    """Start a process that takes part in a search and hangs in its second trial."""
    processes = []

    def start(search, storage, study):
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(Path(ax.__file__).parents[1]), os.environ.get("PYTHONPATH")])
            )
        }
        program = VICTIM.format(space=SPACE, search=search, storage=storage, study=study)
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX's")
def test_two_processes_sharing_a_postgresql_study_lose_no_trial_when_one_is_killed(
    victim, postgresql
):
    process = victim("random", postgresql, "killed")
    rate, hidden = json.loads(process.stdout.readline())
    killed = []

    def kill(progress):
        if progress.done >= 3 and not killed:
            process.send_signal(signal.SIGKILL)
            killed.append(process.wait())

    result = ax.tune(
        "iris",
        SPACE,
        search="random",
        trials=6,
        cv=2,
        storage=postgresql,
        study="killed",
        jobs=1,
        heartbeat=1,
        on_progress=kill,
    )
    assert killed == [-signal.SIGKILL]
    assert len(result.trials) == 6
    assert {trial.state for trial in result.trials} == {"complete"}
    again = [trial for trial in result.trials if trial.retry_of is not None]
    assert len(again) == 1
    values = result.space.values(again[0].labels)
    assert values == {"training.optimizer.learning_rate": rate, "network.hidden": hidden}
    storage = optuna.storages.RDBStorage(postgresql.replace("postgresql:", "postgresql+psycopg:"))
    stored = optuna.load_study(study_name="killed", storage=storage)
    assert stored.trials[again[0].retry_of].state == optuna.trial.TrialState.FAIL
    assert stored.best_value == pytest.approx(result.best.score)
    storage.engine.dispose()


def study(storage, name="shared", plan=None, candidates=(), trials=3, heartbeat=60):
    space = read_space({"l2": "0..1"}, "test")
    keys = ("space", "search", "metric", "cv", "prune", "seed", "rows", "settings")
    opened = TrialStudy(
        storage,
        name,
        maximise=True,
        plan=dict.fromkeys(keys, 0) | (plan or {}),
        space=space,
        seed=0,
        heartbeat=heartbeat,
    )
    opened.write_down([{"training.l2": number / 10} for number in range(trials)])
    return opened


@pytest.fixture
def sqlite(here):
    return f"sqlite:///{here / 'study.db'}"


@pytest.fixture
def two(sqlite):
    """Two views of one study, as two processes have them."""
    views = study(sqlite), study(sqlite)
    yield views
    for view in views:
        view.close()


def done(score=0.5):
    return TrialOutcome((score,), {}, 1.0, 0.1, "complete")


def test_two_processes_run_each_candidate_once(two):
    found = []
    while claims := [claim for view in two if (claim := view.claim()) is not None]:
        for view, claim in zip(two, claims, strict=False):
            found.append(claim.labels["training.l2"])
            (view if claim.trial_id in view.running else two[1]).finish(claim, done())
    assert sorted(found) == [0.0, 0.1, 0.2]
    assert len(two[0].trials()) == len(two[1].trials()) == 3


def test_what_two_processes_wrote_down_at_once_is_run_once(two):
    trial = two[0].study.trials[1]
    two[1].study.add_trial(trial)
    assert len(two[0].study.trials) == 4
    assert [two[0].claim().labels["training.l2"] for _ in range(3)] == [0.0, 0.1, 0.2]
    assert two[0].claim() is None
    assert len(two[0].trials()) == 3


def test_a_trial_given_back_is_taken_up_by_the_next_with_the_same_values(two):
    first, second = two
    claim = first.claim()
    first.give_back(claim)
    second.write_down([{"training.l2": number / 10} for number in range(3)])
    labels = [second.claim().labels["training.l2"] for _ in range(3)]
    assert labels == [0.1, 0.2, 0.0]


def test_a_candidate_that_ends_its_process_three_times_is_given_up(two):
    first, _ = two
    state = optuna.trial.TrialState.FAIL
    for _ in range(3):
        claim = first.claim()
        while claim.labels["training.l2"] != 0.0:
            first.finish(claim, done())
            claim = first.claim()
        first.storage.set_trial_state_values(claim.trial_id, state)
        first.running.clear()
        first.write_down([{"training.l2": 0.0}])
    assert first.claim() is None
    assert {trial.labels["training.l2"] for trial in first.trials()} <= {0.1, 0.2}


def test_a_trial_that_another_has_buried_meanwhile_is_not_written_over(two):
    first, second = two
    claim = first.claim()
    second.storage.set_trial_state_values(claim.trial_id, optuna.trial.TrialState.FAIL)
    first.finish(claim, done())
    assert claim.trial_id not in first.running
    assert [trial.state for trial in first.trials()] == ["waiting", "waiting"]


def test_a_search_asked_for_more_trials_goes_on_with_the_same_study(here):
    storage = f"sqlite:///{here / 'more.db'}"
    settings = {"search": "random", "cv": 2, "storage": storage}
    few = ax.tune("iris", SPACE, trials=2, **settings)
    more = ax.tune("iris", SPACE, trials=4, **settings)
    assert len(few.trials) == 2
    assert len(more.trials) == 4
    assert more.trials[:2] == few.trials


def test_a_study_of_another_space_is_refused_with_the_difference(here):
    storage = f"sqlite:///{here / 'study.db'}"
    ax.tune("iris", {"l2": [0.0, 0.1]}, search="grid", cv=2, storage=storage)
    with pytest.raises(ConfigurationError) as caught:
        ax.tune("iris", {"l2": [0.0, 0.2]}, search="grid", cv=2, storage=storage)
    assert "The study 'iris' in sqlite:" in str(caught.value)
    assert "differs from this search in the search space" in str(caught.value)
    assert "[0.0, 0.1] there, [0.0, 0.2] here" in str(caught.value)
    with pytest.raises(ConfigurationError, match=r"the number of folds: 2 there, 3 here.*--study"):
        ax.tune("iris", {"l2": [0.0, 0.1]}, search="grid", cv=3, storage=storage)
    (here / "iris.toml").write_text('data.source = "iris"\ntraining.epochs = 5\n')
    with pytest.raises(ConfigurationError, match=r"the experiment: training epochs 100 there, 5 "):
        ax.tune("iris.toml", {"l2": [0.0, 0.1]}, search="grid", cv=2, storage=storage)


def test_a_machine_with_other_threads_or_another_engine_shares_the_study(here):
    storage = f"sqlite:///{here / 'study.db'}"
    searches = [{"threads": 1}, {"threads": 2, "engine": "reference"}]
    for number, machine in enumerate(searches, start=1):
        experiment = ax.Experiment.from_source("iris", {"training": {"epochs": 2}, **machine})
        found = ax.tune(
            *(experiment, {"hidden": [[4], [8]]}),
            **{"search": "random", "trials": number, "cv": 2, "storage": storage, "jobs": 1},
        )
        assert len(found.trials) == number


def test_storages_that_cannot_be_reached_are_refused_in_words(here):
    for storage, words in (
        ("nonsense", "no SQLAlchemy URL"),
        ("sqlite:////no/such/folder/study.db", "no folder"),
        ("postgresql://nobody:secret@localhost:1/none", "cannot be used"),
        ("mysql+nothing://localhost/none", "driver that is not installed|no SQLAlchemy|cannot be"),
    ):
        with pytest.raises((ConfigurationError, DataError), match=words) as caught:
            ax.tune("iris", {"l2": [0.0, 0.1]}, search="grid", storage=storage)
        assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused_by_name(here):
    (here / "study.db").write_text("no database at all, but long enough to be read as one" * 20)
    with pytest.raises(DataError, match=r"study\.db cannot be used: file is not a database"):
        ax.tune("iris", {"l2": [0.0, 0.1]}, search="grid", storage="sqlite:///study.db")


def test_a_heart_beats_while_trials_run(sqlite):
    with study(sqlite, heartbeat=1) as opened:
        claim = opened.claim()
        first = beats(opened)
        for _ in range(40):
            opened._stopped.wait(0.1)
            if beats(opened) != first:
                break
        assert beats(opened) != first
        opened.finish(claim, done())
    opened.close()


def beats(opened):
    from sqlalchemy import text

    with opened._database.engine.connect() as connection:
        return connection.execute(text("SELECT heartbeat FROM trial_heartbeats")).fetchall()


def test_a_process_that_ends_gives_its_trials_back(sqlite):
    with study(sqlite) as opened:
        opened.claim()
        assert [trial.state for trial in opened.trials()] == ["running", "waiting", "waiting"]
    assert [trial.state for trial in opened.trials()] == ["waiting", "waiting"]
    opened.close()


def test_what_others_found_is_heard_before_tpe_chooses(sqlite):
    first, second = study(sqlite, trials=1), study(sqlite, trials=1)
    first.finish(first.claim(), TrialOutcome((0.4,), {8: 0.3}, 1.0, 0.1, "complete"))
    second.write_down([{}, {}])
    claim = second.claim()
    assert 0 <= claim.labels["training.l2"] <= 1
    peers = second.peers().trials
    assert [(trial.value, trial.intermediate_values) for trial in peers] == [(0.4, {8: 0.3})]
    first.close()
    second.close()
