"""Generated sets: their truths hold, and a seed decides them."""

import numpy as np
import pytest
from sklearn import datasets
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from axone.data import load_dataset, spirals
from axone.data.generated import GENERATED


@pytest.mark.parametrize(
    ("name", "truth"),
    [("xor", np.logical_xor), ("and", np.logical_and), ("or", np.logical_or)],
)
def test_truth_tables_are_true(name, truth):
    data = load_dataset(name)
    np.testing.assert_array_equal(data.y, truth(*data.X.T))
    assert len(np.unique(data.X, axis=0)) == 4
    assert data.feature_names == ("a", "b")


@pytest.mark.parametrize(
    ("name", "operation"), [("calculator", np.add), ("calculator_product", np.multiply)]
)
def test_the_calculator_is_right_about_integers_from_0_to_100(name, operation):
    data = load_dataset(name, seed=3)
    assert data.X.shape == (10_000, 2)
    assert data.X_test.shape == (2_000, 2)
    for X, y in ((data.X, data.y), (data.X_test, data.y_test)):
        np.testing.assert_array_equal(y, operation(*X.T))
        assert (X % 1 == 0).all()
        assert (X.min(), X.max()) == (0, 100)
    assert data.task == "regression"
    assert data.feature_names == ("a", "b")


@pytest.mark.parametrize("name", sorted(set(GENERATED) - {"xor", "and", "or"}))
def test_a_seed_decides_the_rows(name):
    first, again, other = (load_dataset(name, seed=seed).X for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_shapes_that_scikit_learn_has_are_its_own():
    X, y = datasets.make_moons(1000, noise=0.2, random_state=7)
    moons = load_dataset("moons", seed=7)
    np.testing.assert_array_equal(moons.X, X)
    np.testing.assert_array_equal(moons.y, y)


def test_a_seed_above_32_bits_is_welcome():
    assert load_dataset("blobs", seed=2**40 + 1).X.shape == (1000, 2)


@pytest.mark.parametrize("arms", [2, 3])
def test_spirals_can_be_told_apart_by_their_neighbours_but_not_by_a_line(arms):
    data = spirals(0, arms=arms)
    X, y = data["X"], data["y"]
    assert set(y) == set(range(arms))
    half = np.arange(len(X)) < len(X) // 2
    neighbours = KNeighborsClassifier(5).fit(X[half], y[half])
    assert neighbours.score(X[~half], y[~half]) > 0.95
    assert LogisticRegression().fit(X, y).score(X, y) < 0.75
