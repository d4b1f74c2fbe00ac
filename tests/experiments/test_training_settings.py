"""The section `training`: no setting forgotten, classes weighted, labels smoothed."""

from dataclasses import fields

import numpy as np
import pytest
from sklearn.utils import compute_sample_weight

from axone.errors import ConfigurationError, UnknownNameError
from axone.experiments import Experiment, prepare
from axone.experiments.schema import ExperimentData, TrainingSection
from axone.experiments.training import (
    OF_THE_FIT,
    build_trainer,
    learnt_rows,
    trainer_settings,
)
from axone.losses import smoothed
from axone.training import Trainer

QUICK = {"network": {"hidden": [4]}}


def prepared(source="iris", data=None, **training):
    settings = {**QUICK, "data": data or {}, "training": {"epochs": 3, **training}}
    return prepare(Experiment.from_source(source, settings))


def test_every_setting_of_the_section_is_the_trainers_or_known_to_be_used_otherwise():
    section, trainer = (
        set(TrainingSection.model_fields),
        {f.name for f in fields(Trainer) if f.init},
    )
    assert section - trainer == set(OF_THE_FIT)


def test_every_setting_of_the_trainer_can_be_said_in_a_file_or_is_known_not_to_be():
    said = {*TrainingSection.model_fields, *ExperimentData.model_fields}
    assert {f.name for f in fields(Trainer) if f.init} - said == {"shuffle", "measures"}


def test_what_a_file_says_reaches_the_trainer():
    settings = {
        "seed": 5,
        "dtype": "float64",
        "engine": "reference",
        "threads": 1,
        "network": {"hidden": [4]},
        "training": {
            "optimizer": {"name": "sgd", "learning_rate": 0.2},
            "batch_size": 7,
            "drop_last": True,
            "schedule": "cosine",
            "l1": 0.1,
            "l2": 0.2,
            "clip_value": 0.3,
            "clip_norm": 0.4,
        },
    }
    ready = prepare(Experiment.from_source("iris", settings))
    trainer = build_trainer(ready)
    wanted = trainer_settings(ready.experiment.settings) | {
        "network": ready.network,
        "loss": ready.loss,
    }
    assert {name: getattr(trainer, name) for name in wanted} == wanted
    assert trainer.recipe.penalty.l1 == 0.1
    assert build_trainer(ready, threads=2).threads == 2


def uneven(here):
    """An archive of 45 rows of class 0 and 15 of class 1."""
    random = np.random.default_rng(0)
    y = (np.arange(60) % 4 == 0).astype(int)
    np.savez(here / "uneven.npz", X=random.normal(size=(60, 3)) + y[:, None], y=y)
    return "uneven.npz"


def test_balanced_weights_are_scikit_learns(here):
    ready = prepared(uneven(here), class_weight="balanced")
    y = ready.parts["train"].y
    rows = learnt_rows(ready, "train")
    target, weight = rows.target, rows.weight
    np.testing.assert_allclose(weight, compute_sample_weight("balanced", y), rtol=1e-12)
    np.testing.assert_array_equal(target, y)
    assert learnt_rows(ready, "validation").weight is None


def test_a_table_of_weights_is_by_the_names_of_the_classes(here):
    ready = prepared(class_weight={"setosa": 3.0, "virginica": 0.5})
    weight = learnt_rows(ready, "train").weight
    np.testing.assert_array_equal(weight, np.array([3.0, 1.0, 0.5])[ready.parts["train"].y])
    with pytest.raises(UnknownNameError, match=r"class_weight: unknown class 'rosa'"):
        learnt_rows(prepared(class_weight={"rosa": 1.0}), "train")
    nothing = dict.fromkeys(["setosa", "versicolor", "virginica"], 0.0)
    with pytest.raises(ConfigurationError, match="no training row would count"):
        learnt_rows(prepared(class_weight=nothing), "train")


def test_smoothed_labels_are_shares_of_the_classes_and_one_hot():
    one_hot, weight = np.eye(2)[[0, 0, 0, 1]], np.array([1.0, 1.0, 1.0, 3.0])
    found = smoothed(one_hot, 0.2, weight)
    np.testing.assert_allclose(found, [[0.9, 0.1]] * 3 + [[0.1, 0.9]])
    np.testing.assert_allclose(smoothed(one_hot, 0.2)[:, 1:], [[0.05]] * 3 + [[0.85]])
    assert smoothed(one_hot.astype(np.float32), 0.2).dtype == np.float32


@pytest.mark.parametrize("head", ["softmax", "sigmoid"])
def test_each_head_learns_the_smoothed_labels_of_its_own_shape(here, head):
    last = {"name": "dense", "units": 1 if head == "sigmoid" else 2, "activation": head}
    settings = {"network": {"layers": [last]}, "data": {}, "training": {"label_smoothing": 0.2}}
    ready = prepare(Experiment.from_source(uneven(here), settings))
    y = ready.parts["train"].y
    target = learnt_rows(ready, "train").target
    of_class_1 = 0.8 * y + 0.2 * y.mean()
    columns = [of_class_1] if head == "sigmoid" else [1 - of_class_1, of_class_1]
    np.testing.assert_allclose(target, np.column_stack(columns))


@pytest.mark.parametrize("head", ["softmax", "sigmoid"])
def test_weights_and_smoothing_change_the_training_and_are_seen_by_the_loss(here, head):
    last = {"name": "dense", "units": 1 if head == "sigmoid" else 2, "activation": head}
    settings = {"network": {"layers": [last]}, "data": {}}

    def weights(**training):
        content = settings | {"training": {"epochs": 3, **training}}
        run = Experiment.from_source(uneven(here), content).run()
        assert 0 <= run.training.history["train_accuracy"][-1] <= 1
        return run.model.parameters.vector

    plain, balanced = weights(), weights(class_weight="balanced")
    soft = weights(label_smoothing=0.3)
    assert np.abs(plain - balanced).max() > 1e-3
    assert np.abs(plain - soft).max() > 1e-4


@pytest.mark.parametrize("setting", [{"class_weight": "balanced"}, {"label_smoothing": 0.1}])
def test_a_regression_has_no_classes_to_weigh(setting):
    (name,) = setting
    with pytest.raises(ConfigurationError, match=f"training.{name}: it is for classes"):
        prepared("diabetes", **setting)


def test_a_boolean_column_may_be_named_in_a_file(write):
    rows = "".join(f"{n % 2},{n % 7},{'ab'[n % 2]}\n" for n in range(40))
    write("table.csv", f"member,visits,kind\n{rows}")
    ready = prepared("table.csv", data={"target": "kind", "columns": {"member": "boolean"}})
    assert set(np.unique(ready.parts["train"].X[:, 0])) == {0.0, 1.0}
