"""Masked cells are missing or refused, wherever rows come in, and never their hidden numbers."""

import numpy as np
import pytest

import axone as ax
from axone.data import load_dataset
from axone.data.sources import dataset_of
from axone.errors import DataError

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(40, 3)), np.arange(40) % 2
MASK = np.zeros(X.shape, bool)
MASK[[3, 7], [1, 2]] = True
MASKED = np.ma.array(np.where(MASK, 1e6, X), mask=MASK)
ESTIMATORS = [
    ax.MLPClassifier((3,), max_iter=2, tol=10),
    ax.MLPRegressor(hidden_layer_sizes=(3,), max_iter=2, tol=10),
    ax.NetworkClassifier(max_iter=2, tol=10),
    ax.NetworkRegressor(max_iter=2, tol=10),
    ax.Perceptron(max_iter=500),
]
TABULAR = [ax.TabularClassifier, ax.TabularRegressor]
WORDS = r"X holds 2 masked cells, the first at \(3, 1\)"


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda each: type(each).__name__)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_estimator_refuses_masked_rows_and_targets(estimator):
    with pytest.raises(DataError, match=WORDS):
        estimator.fit(MASKED, Y)
    with pytest.raises(DataError, match="y holds 1 masked cell, at"):
        estimator.fit(X, np.ma.array(Y, mask=np.arange(40) == 5))
    fitted = estimator.fit(X, (X[:, 0] > 0).astype(int))
    with pytest.raises(DataError, match=WORDS):
        fitted.predict(MASKED)


@pytest.mark.parametrize("kind", TABULAR)
def test_the_estimators_of_tables_take_masked_cells_for_missing_ones(kind):
    def fitted(rows):
        model = kind((3,), max_epochs=2, n_networks=1, random_state=0)
        return model.fit(rows, Y).predict(rows)

    missing = np.where(MASK, np.nan, X)
    np.testing.assert_array_equal(fitted(MASKED), fitted(missing))
    with pytest.raises(DataError, match="y holds"):
        kind().fit(X, np.ma.array(Y, mask=True))


def test_a_masked_text_is_a_missing_category():
    words = np.array([["a", "x"], ["b", "y"]] * 20, dtype=object)
    masked = np.ma.array(words, mask=np.arange(80).reshape(40, 2) % 7 == 0)
    missing = words.copy()
    missing[masked.mask] = None
    model = ax.TabularClassifier((3,), max_epochs=2, n_networks=1, random_state=0)
    np.testing.assert_array_equal(
        model.fit(masked, Y).predict(words), model.fit(missing, Y).predict(words)
    )


def test_networks_trainers_models_and_datasets_refuse_masked_rows():
    network = ax.Network(ax.Dense(2, "softmax"), input_shape=3)
    trainer = ax.Trainer(network, loss="cce")
    experiment = ax.Experiment.in_memory({"training": {"epochs": 1}})
    weights = np.ma.array(np.ones(40), mask=Y)
    for door, words in (
        (lambda: trainer.fit((MASKED, Y), max_epochs=1), WORDS),
        (lambda: trainer.fit((X, Y), (MASKED, Y), max_epochs=1), WORDS),
        (lambda: trainer.fit((X, np.ma.array(Y, mask=Y)), max_epochs=1), "y holds 20 masked"),
        (lambda: trainer.fit((X, Y, weights), max_epochs=1), "[wW]eights holds 20 masked"),
        (lambda: network.predict(network.initialize(), MASKED), WORDS),
        (lambda: dataset_of((MASKED, Y)), WORDS),
        (lambda: dataset_of((X, np.ma.array(Y, mask=Y))), "y holds 20 masked"),
        (lambda: experiment.run(dataset=(MASKED, Y)), WORDS),
        (lambda: ax.RosenblattPerceptron().fit(MASKED, Y), WORDS),
        (lambda: ax.RosenblattPerceptron().fit(X, np.ma.array(Y, mask=Y)), "y holds 20 masked"),
    ):
        with pytest.raises(DataError, match=words):
            door()


def test_a_mask_that_hides_nothing_is_none():
    rows = np.ma.array(X, mask=False)
    assert dataset_of((rows, Y)).X.shape == X.shape
    assert load_dataset("iris").X.shape == (150, 4)
