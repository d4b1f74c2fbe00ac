"""Runs that lose nothing: odd rows, shared folders, killed writers, what no file can hold."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import axone as ax
from axone.data import load_dataset
from axone.engines import NotBuiltError, get_engine
from axone.errors import ArgumentTypeError, ConfigurationError, DataError
from axone.experiments import IN_MEMORY, Experiment, load_run, locked, new_folder, prepare, run
from axone.experiments.folder import LOCK, METRICS, MODEL
from axone.files import json_text

QUICK = {"network": {"hidden": [8]}, "training": {"epochs": 3}}


# Of weights above 1 the products with 3e38 are beyond single precision.
OVERFLOWING = {
    "data": {"scaling": "none"},
    "network": {"hidden": [8], "initializer": {"name": "normal", "standard_deviation": 3.0}},
}


def experiment(source="iris", **tables):
    return Experiment.from_source(source, {**QUICK, **tables})


def refuse_constant(word):
    raise AssertionError(f"{word} is no JSON")


def strict(path):
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse_constant)


def rows_with(value, part, task="classification"):
    """A data set one of whose rows, in that part of the split, holds a value far out."""
    random = np.random.default_rng(1)
    X = random.normal(size=(120, 3))
    y = (X[:, 0] > 0).astype(int) if task == "classification" else X @ [1.0, 2.0, 3.0]
    ready = prepare(experiment(), dataset=(X, y))
    row = int(ready.parts[part].numbers[4])
    X[row, 2] = value
    return (X, y), row


class TestRowsThatOverflow:
    @pytest.mark.parametrize("task", ["classification", "regression"])
    def test_a_test_row_far_out_costs_its_scores_and_nothing_else(self, here, task):
        rows, row = rows_with(3e38, "test", task)
        result = experiment(**OVERFLOWING).run(here / "run", dataset=rows)
        metrics = strict(here / "run" / METRICS)
        assert metrics == result.metrics
        assert metrics["stopped_by"] == "max_epochs"
        assert metrics["test"]["loss"] is None
        assert None not in metrics["validation"].values()
        (note,) = metrics["notes"]
        assert "test: 1 of 18 rows has outputs that are not finite" in note
        assert f"row {row} of rows (counted from 0)" in note
        assert "3e+38 for feature 2" in note
        assert np.isfinite(load_run(here / "run")[1].parameters.vector).all()
        if task == "classification":
            text = (here / "run" / "classification_report.txt").read_text(encoding="utf-8")
            assert "17 test rows, without 1 whose outputs are not finite" in text

    def test_a_loss_that_overflows_of_finite_outputs_is_null_and_told(self, here):
        rows, row = rows_with(1e38, "test", "regression")
        result = experiment(data={"scaling": "none"}).run(here / "run", dataset=rows)
        assert result.metrics["test"]["loss"] is None
        assert result.metrics["test"]["mae"] > 1e30
        note, *_others = result.metrics["notes"]
        assert f"test: loss overflowed; the largest cell is in row {row} of rows" in note

    def test_pictures_are_drawn_of_the_rows_that_are_sound(self, here, pictures):
        rows, _ = rows_with(3e38, "test")
        experiment(**OVERFLOWING).run(here / "run", dataset=rows)
        assert (here / "run" / "roc.png").exists()

    def test_a_validation_row_far_out_ends_the_run_with_its_files(self, here):
        rows, _ = rows_with(3e38, "validation")
        result = experiment(**OVERFLOWING).run(here / "run", dataset=rows)
        metrics = strict(here / "run" / METRICS)
        assert metrics["stopped_by"] == "diverged"
        assert metrics["validation"]["loss"] is None
        assert any("validation row" in line for line in metrics["diagnosis"])
        assert (here / "run" / MODEL).exists()
        assert result.training.diagnosis is not None

    @pytest.mark.parametrize("part", ["train", "validation", "test"])
    def test_no_part_of_1e30_loses_a_run_under_the_usual_scaling(self, here, part):
        rows, _ = rows_with(1e30, part)
        result = experiment().run(here / "run", dataset=rows)
        assert strict(here / "run" / METRICS) == result.metrics

    @pytest.mark.parametrize("part", ["train", "validation", "test"])
    def test_what_is_beyond_the_precision_is_refused_before_training(self, here, part):
        rows, _ = rows_with(1e300, part)
        with pytest.raises(DataError, match=r"1e\+300"):
            experiment().run(here / "run", dataset=rows)
        assert not (here / "run").exists()


def test_json_has_no_word_for_infinity():
    assert json_text({"a": [float("inf"), 1.5, float("nan")]}, None) == '{"a": [null, 1.5, null]}'


class TestRowsInMemory:
    def test_they_give_the_bits_of_the_same_rows_by_name(self, here):
        by_name = experiment().run()
        dataset = load_dataset("iris")
        given = experiment("anything").run(here / "run", dataset=dataset)
        assert given.model.parameters.vector.tobytes() == by_name.model.parameters.vector.tobytes()
        pair = Experiment.in_memory(QUICK).run(dataset=(dataset.X, dataset.y))
        assert pair.model.parameters.vector.tobytes() == by_name.model.parameters.vector.tobytes()

    def test_a_frame_has_its_target_by_name_or_beside_it(self):
        frame = pd.DataFrame({"a": np.arange(40.0), "kind": ["x", "y"] * 20})
        y = np.array(["no", "yes", "yes", "no"] * 10)
        settings = {**QUICK, "data": {"target": "liked"}}
        named = Experiment.in_memory(settings).run(dataset=frame.assign(liked=y))
        beside = Experiment.in_memory(settings).run(dataset=(frame, y))
        assert named.model.target.class_names == ("no", "yes")
        assert named.metrics["test"] == beside.metrics["test"]

    def test_the_folder_says_so_and_is_not_run_again_without_them(self, here):
        rows = (np.random.default_rng(0).normal(size=(60, 2)), np.arange(60) % 2)
        whole = Experiment.in_memory(QUICK).run(here / "whole", dataset=rows)
        described = Experiment.from_file(here / "whole" / "experiment.toml")
        assert described.settings.data.source == IN_MEMORY
        words = "the rows of this run were given in memory, and no file holds them"
        with pytest.raises(DataError, match=words):
            run(described, here / "whole", resume=True)
        with pytest.raises(DataError, match="axone evaluate FOLDER FILE"):
            prepare(described)
        stop = lambda history: history.epochs == 1  # noqa: E731
        run(Experiment.in_memory(QUICK), here / "half", dataset=rows, after_epoch=stop)
        half = Experiment.from_file(here / "half" / "experiment.toml")
        resumed = run(half, here / "half", dataset=rows, resume=True)
        assert resumed.model.parameters.vector.tobytes() == whole.model.parameters.vector.tobytes()

    @pytest.mark.parametrize("rows", [[1, 2], (1, 2, 3), "iris", np.eye(3)])
    def test_what_is_no_rows_is_refused(self, rows):
        with pytest.raises(ArgumentTypeError, match="Rows in memory are"):
            Experiment.in_memory(QUICK).run(dataset=rows)


class TestOneFolder:
    def test_belongs_to_one_run_at_a_time(self, here):
        with locked(here / "run"):
            with pytest.raises(ConfigurationError, match=f"process {os.getpid()}.*wait for it"):
                experiment().run(here / "run")
            assert {path.name for path in (here / "run").iterdir()} == {LOCK}
        assert list((here / "run").iterdir()) == []
        experiment().run(here / "run")
        assert not (here / "run" / LOCK).exists()

    def test_a_run_that_ended_while_another_loaded_its_data_is_not_written_over(
        self, here, monkeypatch
    ):
        from axone.experiments import running

        def slow(*given):
            ready = prepare(*given)
            monkeypatch.setattr(running, "prepare", prepare)
            experiment(seed=9).run(here / "run")
            return ready

        monkeypatch.setattr(running, "prepare", slow)
        with pytest.raises(ConfigurationError, match="is not empty"):
            experiment().run(here / "run")
        assert strict(here / "run" / METRICS)["seed"] == 9

    def test_the_lock_of_a_killed_run_holds_nobody_up(self, here):
        code = (
            "import os, signal, pathlib\n"
            "from axone.experiments import locked\n"
            "with locked(pathlib.Path('run')):\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        subprocess.run([sys.executable, "-c", code], check=False, env=_environment())
        assert (here / "run" / LOCK).exists()
        experiment().run(here / "run")

    def test_unfinished_files_of_killed_processes_are_swept_and_of_living_ones_are_not(self, here):
        done = subprocess.Popen([sys.executable, "-c", ""])
        done.wait()
        folder = here / "run"
        folder.mkdir()
        dead = folder / f".model.safetensors.{done.pid}-abc_1.tmp"
        alive = folder / f".model.safetensors.{os.getppid()}-abc_2.tmp"
        mine = folder / ".notes.tmp"
        for path in (dead, alive, mine):
            path.write_text("half")
        with locked(folder):
            assert {path.name for path in folder.iterdir()} == {LOCK, alive.name, mine.name}

    def test_two_that_ask_for_a_new_folder_at_once_get_two(self, here):
        with (
            new_folder(here / "runs", "iris") as first,
            new_folder(here / "runs", "iris") as second,
        ):
            assert (first.name, second.name) == ("iris", "iris-2")
            (second / "kept").write_text("mine")
        assert [path.name for path in (here / "runs").iterdir()] == ["iris-2"]


def _environment():
    from pathlib import Path

    found = (str(Path(ax.__file__).parents[1]), os.environ.get("PYTHONPATH", ""))
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, found))}


class TestWhatCannotBeSaved:
    def test_an_activation_of_the_users_own_is_found_before_the_first_epoch(self, here):
        class Cubed(ax.ActivationFunction):
            """An activation in no table."""

            def value(self, z):
                return z**3

            def derivative(self, z, a):
                return 3 * z**2

        described = experiment(network={"hidden": [4], "activation": Cubed()}, engine="reference")
        epochs = []
        with pytest.raises(ConfigurationError, match=r"network.layers: .*cannot be saved"):
            run(described, here / "run", after_epoch=epochs.append)
        assert epochs == []
        assert not (here / "run").exists()

    def test_a_checkpoint_that_cannot_be_written_costs_no_model(self, here, monkeypatch):
        def full(*given):
            raise DataError("Cannot write checkpoint.safetensors: No space left on device.")

        monkeypatch.setattr("axone.training.run.save_checkpoint", full)
        with pytest.warns(UserWarning, match="cannot be saved on its way.*No space left"):
            experiment().run(here / "run")
        assert load_run(here / "run")[1].network.parameter_count > 0
        assert strict(here / "run" / METRICS)["epochs"] == 3


def test_metrics_say_what_the_last_bits_depend_on(here):
    metrics = experiment(engine="reference").run().metrics
    environment = metrics["environment"]
    assert environment["axone"] == ax.__version__
    assert environment["numpy"] == np.__version__
    assert environment["python"] == ".".join(map(str, sys.version_info[:3]))
    assert environment["variant"] is None
    try:
        variant = get_engine("native").variant
    except NotBuiltError:
        return
    assert experiment().run().metrics["environment"]["variant"] == variant
