"""Generated sets: their truths hold, and a seed decides them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import datasets
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from axone.data import load_dataset, spirals
from axone.data.generated import GENERATED, GENERATORS
from axone.errors import ConfigurationError


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


@pytest.mark.parametrize("name", GENERATED)
def test_every_generator_makes_as_many_rows_as_it_is_asked_for(name):
    data = load_dataset(name, options={"rows": 60})
    assert len(data.X) == len(data.y) == 60
    np.testing.assert_array_equal(data.X, load_dataset(name, options={"rows": 60}).X)


@pytest.mark.parametrize("name", GENERATED)
def test_without_options_the_defaults_hold(name):
    defaults = {option: known.default for option, known in GENERATORS[name].options.items()}
    np.testing.assert_array_equal(load_dataset(name).X, load_dataset(name, options=defaults).X)


@pytest.mark.parametrize("name", ["moons", "circles", "blobs", "spirals", "three_spirals"])
def test_noise_moves_points_and_none_leaves_them_in_place(name):
    still, moved = (load_dataset(name, options={"noise": noise}) for noise in (0, 0.5))
    assert not np.array_equal(still.X, moved.X)
    again = load_dataset(name, options={"noise": 0.0})
    np.testing.assert_array_equal(still.X, again.X)


def test_the_heights_of_landscapes_are_what_their_formulas_say_and_noise_is_about_them():
    for name, height in (
        ("slope", lambda x, y: (x + y) / 6),
        (
            "hills",
            lambda x, y: sum(
                (-1) ** k
                * math.exp(
                    -((x - 2 * math.cos(k * math.pi / 3)) ** 2)
                    - (y - 2 * math.sin(k * math.pi / 3)) ** 2
                )
                for k in range(6)
            ),
        ),
    ):
        exact = load_dataset(name, options={"rows": 300, "noise": 0})
        assert exact.task == "regression"
        assert np.abs(exact.X).max() <= 3
        np.testing.assert_allclose(exact.y, [height(*row) for row in exact.X], atol=1e-12)
        noisy = load_dataset(name, options={"rows": 3000, "noise": 0.5})
        right = np.array([height(*row) for row in noisy.X])
        assert np.std(noisy.y - right) == pytest.approx(0.5, rel=0.05)


def test_options_that_scikit_learn_calls_otherwise_are_its_own():
    X, y = datasets.make_blobs(40, centers=5, cluster_std=0.3, random_state=7)
    ours = load_dataset("blobs", seed=7, options={"rows": 40, "classes": 5, "noise": 0.3})
    np.testing.assert_array_equal(ours.X, X)
    np.testing.assert_array_equal(ours.y, y)


def test_gates_of_many_noisy_rows_still_answer_as_their_corners_do():
    data = load_dataset("xor", options={"rows": 400, "noise": 0.05})
    corners = data.X.round().astype(int)
    np.testing.assert_array_equal(data.y, corners[:, 0] ^ corners[:, 1])
    assert not np.array_equal(data.X, corners)


@given(
    low=st.integers(-1000, 1000),
    width=st.integers(1, 1000),
    operation=st.sampled_from(["add", "multiply"]),
    rows=st.integers(10, 200),
)
def test_the_calculator_stays_within_its_range_and_is_right(low, width, operation, rows):
    options = {"range": [low, low + width], "operation": operation, "rows": rows}
    data = load_dataset("calculator", options=options, task="regression")
    assert (len(data.X), len(data.X_test)) == (rows, rows // 5)
    right = {"add": np.add, "multiply": np.multiply}[operation]
    for X, y in ((data.X, data.y), (data.X_test, data.y_test)):
        assert (X.min() >= low, X.max() <= low + width) == (True, True)
        np.testing.assert_array_equal(X, np.floor(X))
        np.testing.assert_array_equal(y, right(*X.T))


def test_a_range_of_one_integer_begins_at_0_and_noise_spreads_the_results():
    exact, noisy = (
        load_dataset("calculator", options={"range": 9, "noise": noise}) for noise in (0, 2)
    )
    assert (exact.X.min(), exact.X.max()) == (0, 9)
    np.testing.assert_array_equal(exact.X, noisy.X)
    assert np.std(noisy.y - exact.y) == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("moons", {"row": 5}, "moons: unknown option 'row'. Did you mean 'rows'"),
        ("moons", {"operation": "add"}, "unknown option 'operation'. Allowed: noise, rows"),
        ("moons", {"rows": 1}, "moons: the option rows must be at least 10, not 1"),
        ("moons", {"rows": 10**8}, "must be at most 10000000"),
        ("moons", {"rows": "many"}, "must be a whole number, not 'many'"),
        ("moons", {"rows": True}, "must be a whole number, not True"),
        ("moons", {"noise": -1}, "noise must be at least 0"),
        ("moons", {"noise": float("nan")}, "noise must be finite and at least 0"),
        ("circles", {"factor": 1}, "less than 1"),
        ("xor", {"rows": 3}, "at least 4"),
        ("blobs", {"classes": 1}, "at least 2"),
        ("calculator", {"operation": "divide"}, "one of 'add', 'multiply', not 'divide'"),
        ("calculator", {"operation": ["add"]}, "one of 'add', 'multiply'"),
        ("calculator", {"range": [5, 5]}, r"must rise.*not \[5, 5\]"),
        ("calculator", {"range": [0.5, 5]}, "must be a whole number, not 0.5"),
        ("calculator", {"range": [1, 2, 3]}, "must be a whole number"),
        ("calculator", {"range": 10**9}, "at most 1000000"),
        ("calculator_product", {"operation": "add"}, "unknown option 'operation'"),
        ("iris", {"rows": 5}, "iris takes no options such as 'rows'"),
    ],
)
def test_options_that_there_are_not_and_values_that_make_no_sense_are_refused(name, options, words):
    with pytest.raises(ConfigurationError, match=words):
        load_dataset(name, options=options)
