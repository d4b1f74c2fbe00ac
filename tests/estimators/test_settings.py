"""The trainer's settings at the estimators' door: none forgotten, none with a default of its own.

scikit-learn wants every keyword written out, so that the list stands in the estimators again: what
this file is for is that it cannot be another list.
"""

from dataclasses import fields

import numpy as np
import pytest
from sklearn.datasets import load_iris

import axone as ax
from axone import estimators
from axone.engines import get_engine
from axone.errors import UnknownNameError
from axone.estimators import example_training, fitting, settings, tabular_training
from axone.schedules import Cosine
from axone.training import Trainer

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)

TRAINED = sorted(set(estimators.__all__) - {"Perceptron", "as_estimator"})
"""Rosenblatt's rule has no trainer."""

TABULAR = {"TabularClassifier", "TabularRegressor"}

EXAMPLES = {
    "ConvClassifier",
    "ConvRegressor",
    "Forecaster",
    "SequenceClassifier",
    "SequenceRegressor",
}

PERCEPTRONS = {"MLPClassifier", "MLPRegressor"}

OTHER_NAMES = {"alpha": "l2"}
"""scikit-learn's names of the trainer's settings."""

FORCED = {
    "alpha": (PERCEPTRONS, "scikit-learn's, 1e-4"),
    "batch_size": (
        PERCEPTRONS | TABULAR | EXAMPLES,
        "'auto': scikit-learn's min(200, n_samples); by √rows; None is the preset's",
    ),
    "optimizer": (EXAMPLES, "None is the preset's"),
    "dtype": (set(TRAINED) - TABULAR - EXAMPLES, "None takes X as it comes, as scikit-learn does"),
    "loss": (
        {"MLPRegressor", "NetworkRegressor", "ConvRegressor", "SequenceRegressor"},
        "scikit-learn's; the trainer has none",
    ),
    "schedule": (
        set(TRAINED) - TABULAR,
        "None leaves it to scikit-learn's `learning_rate`, or to the preset",
    ),
}
"""Whose defaults differ from the trainer's, and why they must."""


def trainer_defaults():
    return {setting.name: setting.default for setting in fields(Trainer) if setting.init}


def parameters(name):
    return getattr(estimators, name)().get_params()


def said_otherwise(name):
    if name in EXAMPLES:
        return example_training.SAID_OTHERWISE
    return (tabular_training if name in TABULAR else settings).SAID_OTHERWISE


@pytest.mark.parametrize("name", TRAINED)
def test_every_setting_of_the_trainer_is_a_keyword_or_known_to_be_said_otherwise(name):
    assert trainer_defaults().keys() - parameters(name).keys() <= said_otherwise(name).keys()


@pytest.mark.parametrize("name", TRAINED)
def test_nothing_is_said_otherwise_that_is_no_setting_of_the_trainer(name):
    assert said_otherwise(name).keys() <= trainer_defaults().keys()


@pytest.mark.parametrize("name", TRAINED)
def test_defaults_are_the_trainers_but_for_those_that_have_a_reason(name):
    defaults = trainer_defaults()
    shared = {
        keyword: (default, defaults[OTHER_NAMES.get(keyword, keyword)])
        for keyword, default in parameters(name).items()
        if OTHER_NAMES.get(keyword, keyword) in defaults
    }
    differing = {keyword for keyword, (ours, trainers) in shared.items() if ours != trainers}
    assert differing == {keyword for keyword, (owners, _reason) in FORCED.items() if name in owners}


SAID = {
    "clip_value": 0.3,
    "clip_norm": 0.4,
    "engine": "reference",
    "threads": 1,
    "drop_last": np.True_,
    "shuffle": np.False_,
}


class Recorder:
    """Stands where an estimator makes its trainer, and keeps the last one made."""

    def __call__(self, *given, **settings):
        self.trainer = Trainer(*given, **settings)
        return self.trainer


def trainer_of(estimator, module, monkeypatch):
    recorder = Recorder()
    monkeypatch.setattr(module, "Trainer", recorder)
    estimator.fit(X, Y)
    return recorder.trainer


@pytest.mark.parametrize("name", sorted(set(TRAINED) - TABULAR - EXAMPLES))
def test_what_an_estimator_is_told_reaches_the_trainer(name, monkeypatch):
    estimator = getattr(estimators, name)(max_iter=1, **SAID)
    trainer = trainer_of(estimator, fitting, monkeypatch)
    assert {setting: getattr(trainer, setting) for setting in SAID} == SAID
    assert SAID.keys() == settings.trainer_settings(estimator, settings.SAID_OTHERWISE).keys()
    assert trainer.shuffle is False


def test_what_an_estimator_says_in_its_own_words_reaches_the_trainer(monkeypatch):
    classifier = ax.NetworkClassifier(
        optimizer="sgd", batch_size=7, schedule="cosine", l1=0.1, alpha=0.2, dtype="float32",
        max_iter=1,
    )  # fmt: skip
    trainer = trainer_of(classifier, fitting, monkeypatch)
    assert (trainer.batch_size, trainer.l1, trainer.l2, trainer.dtype) == (7, 0.1, 0.2, "float32")
    assert (trainer.recipe.optimizer, trainer.recipe.schedule) == (ax.SGD(), Cosine())


@pytest.mark.parametrize("name", sorted(TABULAR))
def test_what_a_tabular_estimator_is_told_reaches_the_trainer(name, monkeypatch):
    told = {"engine": "reference", "threads": 1, "batch_size": 75}
    estimator = getattr(estimators, name)(n_networks=1, max_epochs=1, **told)
    trainer = trainer_of(estimator, tabular_training, monkeypatch)
    assert {setting: getattr(trainer, setting) for setting in told} == told


@pytest.mark.parametrize("name", sorted(EXAMPLES - {"Forecaster"}))
def test_what_an_estimator_of_examples_is_told_reaches_the_trainer(name, monkeypatch):
    told = {
        "engine": "reference",
        "threads": 1,
        "batch_size": 75,
        "clip_norm": 0.4,
        "dtype": "float64",
    }
    layers = [ax.Flatten(), ax.Dense(2)]
    settings = {"optimizer": "sgd", "schedule": "cosine", "alpha": 0.2, "max_iter": 1, **told}
    estimator = getattr(estimators, name)(layers, **settings)
    trainer = trainer_of(estimator, example_training, monkeypatch)
    assert {setting: getattr(trainer, setting) for setting in told} == told
    assert (trainer.l2, trainer.recipe.optimizer, trainer.recipe.schedule) == (
        *(0.2, ax.SGD()),
        Cosine(),
    )


def test_a_setting_that_was_forgotten_stops_every_fit():
    forgotten = {
        name: reason for name, reason in settings.SAID_OTHERWISE.items() if name != "measures"
    }
    with pytest.raises(AttributeError, match="measures"):
        settings.trainer_settings(ax.MLPClassifier(), forgotten)


def test_the_engines_that_may_be_named_are_those_that_there_are():
    with pytest.raises(UnknownNameError) as refused:
        get_engine("none of them")
    (constraint,) = settings.TRAINER_CONSTRAINTS["engine"]
    assert constraint.options == set(refused.value.message.figures["allowed"])
