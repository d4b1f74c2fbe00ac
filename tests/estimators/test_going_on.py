"""Fits that go on from the one before: bit by bit, from a warm start, from weights that are set."""

import copy
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from tests.estimators.irises import QUICK, X, Y

import axone as ax

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_partial_fits_are_the_epochs_of_a_fit():
    settings = {"hidden_layer_sizes": (8,), "dropout": 0.3, "random_state": 3}
    whole = ax.MLPClassifier(max_iter=7, tol=0, **settings).fit(X, Y)
    parts = ax.MLPClassifier(**settings)
    for _ in range(7):
        parts.partial_fit(X, Y, classes=[0, 1, 2])
    np.testing.assert_array_equal(whole.coefs_[0], parts.coefs_[0])
    assert parts.loss_curve_ == whole.loss_curve_
    assert parts.t_ == whole.t_ == 7 * 150


def test_partial_fit_learns_classes_that_come_later():
    classifier = ax.MLPClassifier((8,), learning_rate_init=0.02, random_state=0)
    for _ in range(80):
        for label in range(3):
            rows = np.flatnonzero(label == Y)
            classifier.partial_fit(X[rows], Y[rows], classes=[0, 1, 2])
    assert classifier.score(X, Y) > 0.85


def test_several_labels_are_learnt_bit_by_bit():
    labels = np.column_stack([Y == 0, Y == 1, Y != 2]).astype(int)
    classifier = ax.MLPClassifier((8,), solver="sgd", learning_rate_init=0.2, random_state=0)
    for _ in range(60):
        classifier.partial_fit(X, labels, classes=[0, 1, 2])
    assert classifier.predict(X).shape == (150, 3)
    assert classifier.score(X, labels) > 0.8


def test_lbfgs_cannot_go_on_bit_by_bit():
    assert not hasattr(ax.MLPClassifier(solver="lbfgs"), "partial_fit")
    assert not hasattr(ax.NetworkRegressor(optimizer="lbfgs"), "partial_fit")


def test_balanced_weights_of_rows_to_come_cannot_be_known():
    with pytest.raises(ValueError, match="'balanced' is not supported for partial_fit"):
        ax.MLPClassifier(class_weight="balanced").partial_fit(X, Y, classes=[0, 1, 2])


def test_a_changed_solver_forgets_the_memory_of_the_other():
    classifier = ax.MLPClassifier((8,), random_state=0).partial_fit(X, Y, classes=[0, 1, 2])
    classifier.set_params(solver="sgd").partial_fit(X, Y)
    assert list(classifier._continuation.final.state.slots) == ["velocity"]


def test_a_warm_start_with_other_layers_is_refused():
    classifier = ax.MLPClassifier((8,), warm_start=True, **QUICK).fit(X, Y)
    with pytest.raises(ValueError, match="its layers have changed since the last fit"):
        classifier.set_params(hidden_layer_sizes=(9,)).fit(X, Y)


def test_a_warm_start_may_begin_to_hold_rows_out():
    classifier = ax.MLPClassifier((8,), warm_start=True, **QUICK).fit(X, Y)
    classifier.set_params(early_stopping=True).fit(X, Y)
    assert len(classifier.validation_scores_) == 5
    assert len(classifier.loss_curve_) == 10
    assert classifier.t_ == 5 * 150 + 5 * 135


def test_a_warm_start_waits_its_patience_before_it_stops_again():
    classifier = ax.MLPClassifier(
        (8,), warm_start=True, tol=10.0, n_iter_no_change=3, random_state=0
    )
    assert classifier.fit(X, Y).n_iter_ == 5
    assert classifier.fit(X, Y).n_iter_ == 4


def test_a_warm_start_goes_on_with_the_same_classes_only():
    classifier = ax.MLPClassifier((8,), warm_start=True, **QUICK).fit(X, Y)
    with pytest.raises(ValueError, match="the same classes as in the previous call to fit"):
        classifier.fit(X, Y + 1)


def test_the_first_weights_may_be_set_before_a_partial_fit():
    given = ax.MLPClassifier((8,), **QUICK).fit(X, Y)
    other = ax.MLPClassifier((8,), solver="sgd", learning_rate_init=1e-12)
    other.coefs_, other.intercepts_ = given.coefs_, given.intercepts_
    other.partial_fit(X, Y, classes=[0, 1, 2])
    np.testing.assert_allclose(other.predict_proba(X), given.predict_proba(X), rtol=1e-6)


def test_weights_may_be_set_in_place_or_whole():
    classifier = ax.MLPClassifier((8,), **QUICK).fit(X, Y)
    classifier.coefs_[1] = np.zeros((8, 3))
    classifier.intercepts_[1] = np.array([0.0, 5.0, 0.0])
    assert (classifier.predict(X) == 1).all()
    classifier.intercepts_[1][:] = [9.0, 0.0, 0.0]
    assert (classifier.predict(X) == 0).all()


@pytest.mark.parametrize("copier", [lambda e: pickle.loads(pickle.dumps(e)), copy.deepcopy])
def test_a_copy_predicts_the_same_and_learns_by_itself(copier):
    classifier = ax.MLPClassifier((8,), random_state=0, max_iter=5).fit(X, Y)
    classifier.intercepts_[1] = np.array([0.5, 0.0, -0.5])
    before = classifier.predict_proba(X)
    other = copier(classifier)
    np.testing.assert_array_equal(other.predict_proba(X), before)
    other.partial_fit(X, Y)
    assert np.abs(other.predict_proba(X) - before).max() > 0
    np.testing.assert_array_equal(classifier.predict_proba(X), before)


def test_a_clone_is_unfitted_with_the_same_parameters():
    classifier = ax.MLPClassifier((8,), dropout=0.1, solver=ax.Adam(0.1), **QUICK).fit(X, Y)
    other = clone(classifier)
    assert repr(other) == repr(classifier)
    with pytest.raises(NotFittedError):
        other.predict(X)


RANDOM = np.random.default_rng(0)
WAVES = RANDOM.normal(size=(40, 1, 12)).astype(np.float32)
HIGH = np.arange(40) % 2
WAVES[HIGH == 1, :, 3:6] += 2
FEW = {"max_iter": 3, "random_state": 0, "warm_start": True}
EXAMPLES = {
    "ConvClassifier": ([ax.Conv1D(3, 3, "relu"), ax.Flatten()], WAVES, HIGH),
    "ConvRegressor": ([ax.Conv1D(3, 3, "relu"), ax.Flatten()], WAVES, WAVES[:, 0, 4] * 50 + 7),
    "SequenceClassifier": ([ax.GRU(3, last=True)], WAVES.transpose(0, 2, 1), HIGH),
    "SequenceRegressor": ([ax.GRU(3, last=True)], WAVES.transpose(0, 2, 1), WAVES[:, 0, 4]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_warm_start_of_examples_begins_with_the_weights_of_the_fit_before(name):
    layers, X, y = EXAMPLES[name]
    still = {"optimizer": {"name": "sgd", "learning_rate": 1e-12}}
    estimator = getattr(ax, name)(layers, **FEW).fit(X, y)
    before, loss = estimator.parameters_.vector.copy(), estimator.history_["train_loss"][-1]
    said = estimator.predict(X)
    estimator.set_params(**still).fit(X, y)
    np.testing.assert_allclose(estimator.parameters_.vector, before, atol=1e-6)
    np.testing.assert_array_equal(estimator.predict(X), said)
    estimator.set_params(optimizer=None, max_iter=20).fit(X, y)
    assert estimator.history_["train_loss"][-1] < loss
    anew = estimator.set_params(warm_start=False, **still).fit(X, y).parameters_.vector
    assert np.abs(anew - before).max() > 1e-3


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_warm_start_keeps_the_scale_of_the_rows_that_came_first(name):
    layers, X, y = EXAMPLES[name]
    estimator = getattr(ax, name)(layers, **FEW).fit(X, y)
    first, target = estimator.preprocessing_, estimator.model_.target
    estimator.fit(5 * X[:20], y[:20] if "Class" in name else 3 * y[:20])
    assert estimator.preprocessing_ is first
    assert estimator.model_.target.scaler is target.scaler


def test_a_warm_start_of_examples_shuffles_otherwise_each_time_and_by_the_seed():
    layers, X, y = EXAMPLES["ConvClassifier"]
    once, again = (
        ax.ConvClassifier(layers, **FEW).fit(X, y).fit(X, y).fit(X, y) for _time in range(2)
    )
    np.testing.assert_array_equal(once.parameters_.vector, again.parameters_.vector)
    assert once._epochs_so_far == 9
    assert once.n_iter_ == 3


def test_a_warm_start_of_examples_refuses_other_layers_and_classes():
    layers, X, y = EXAMPLES["ConvClassifier"]
    classifier = ax.ConvClassifier(layers, **FEW).fit(X, y)
    with pytest.raises(ValueError, match="the same classes as in the previous call to fit"):
        classifier.fit(X, y + 1)
    assert classifier.classes_.tolist() == [0, 1]
    with pytest.raises(ValueError, match="takes examples of shape"):
        classifier.fit(np.concatenate([X, X], axis=1), y)
    with pytest.raises(ValueError, match="its layers have changed since the last fit"):
        classifier.set_params(layers=[ax.Conv1D(4, 3), ax.Flatten()]).fit(X, y)


def test_a_forecaster_goes_on_with_what_has_come_since():
    days = np.arange(200)
    sales = 50 + 10 * np.sin(2 * np.pi * days / 7)
    settings = {"lags": 14, "horizon": 3, "periods": (7,), "calibration_folds": 0} | FEW
    forecaster = ax.Forecaster(n_networks=1, **settings).fit(sales[:150])
    before, scaler = forecaster.parameters_.vector.copy(), forecaster.model_.target.scaler
    still = {"optimizer": {"name": "sgd", "learning_rate": 1e-12}}
    forecaster.set_params(n_networks=2, **still).fit(sales)
    first, second = forecaster.model_.members
    np.testing.assert_allclose(first.vector, before, atol=1e-6)
    assert np.abs(second.vector - before).max() > 1e-3
    assert forecaster.model_.target.scaler is scaler


def test_a_forecaster_that_goes_on_finds_a_later_table_in_the_calendar():
    import pandas as pd

    days = np.arange(200)
    table = pd.DataFrame(
        {"sales": days % 7 * 1.0, "day": pd.date_range("2025-01-06", periods=len(days))}
    )
    settings = {"lags": 14, "periods": (7,), "time": "day", "calibration_folds": 0} | FEW
    forecaster = ax.Forecaster(n_networks=1, **settings).fit(table[:100])
    reader = forecaster.preprocessing_.steps[0]
    whole, part = forecaster._windows(table), forecaster._windows(table[50:])
    np.testing.assert_allclose(part.X, whole.X[50:], atol=1e-6)
    assert forecaster.fit(table[50:]).preprocessing_.steps[0] == reader
