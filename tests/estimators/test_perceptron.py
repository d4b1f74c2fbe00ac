"""Rosenblatt's perceptron as an estimator."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Perceptron as TheirPerceptron
from sklearn.utils._param_validation import InvalidParameterError

import axone as ax

SQUARE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
X, Y = load_iris(return_X_y=True)


def test_it_learns_what_a_line_separates_and_says_so():
    perceptron = ax.Perceptron(random_state=0).fit(SQUARE, [0, 0, 0, 1])
    assert perceptron.converged_
    assert perceptron.separable_
    assert perceptron.score(SQUARE, [0, 0, 0, 1]) == 1
    assert perceptron.mistakes_[-1] == 0
    assert perceptron.t_ == 4 * perceptron.n_iter_


def test_it_warns_that_no_line_separates_xor():
    with pytest.warns(ConvergenceWarning, match="no straight line separates the two classes"):
        perceptron = ax.Perceptron(max_iter=20).fit(SQUARE, [0, 1, 1, 0])
    assert not perceptron.converged_
    assert perceptron.separable_ is False


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_of_several_classes_each_has_a_perceptron():
    perceptron = ax.Perceptron(max_iter=50, random_state=0).fit(X, Y)
    assert perceptron.coef_.shape == (3, 4)
    assert perceptron.decision_function(X).shape == (150, 3)
    assert perceptron.score(X, Y) > 0.6
    assert perceptron.explanation_.startswith("1 of 3 perceptrons converged")


def test_the_rule_is_scikit_learns_where_the_rows_come_in_order():
    y = (Y == 0).astype(int)
    ours = ax.Perceptron(shuffle=False).fit(X, y)
    theirs = TheirPerceptron(shuffle=False, tol=None, max_iter=ours.n_iter_).fit(X, y)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))


def test_the_threshold_is_part_of_the_intercept():
    perceptron = ax.Perceptron(threshold=2.0, random_state=0).fit(SQUARE, [0, 1, 1, 1])
    assert perceptron.score(SQUARE, [0, 1, 1, 1]) == 1
    np.testing.assert_array_equal(
        perceptron.decision_function(SQUARE) > 0, [False, True, True, True]
    )


def test_at_its_threshold_it_does_not_fire_saved_or_not(tmp_path):
    perceptron = ax.Perceptron(shuffle=False).fit(SQUARE, ["no", "yes", "yes", "yes"])
    at_it = np.array([[0.0, -perceptron.intercept_[0] / perceptron.coef_[0, 1]]])
    assert perceptron.decision_function(at_it).tolist() == [0.0]
    ax.save(perceptron, tmp_path / "model.safetensors")
    assert perceptron.predict(at_it).tolist() == ["no"]
    assert ax.load(tmp_path / "model.safetensors").predict(at_it).tolist() == ["no"]


def test_without_a_bias_its_boundary_goes_through_the_origin():
    perceptron = ax.Perceptron(bias=False, random_state=0).fit(SQUARE, [0, 1, 1, 1])
    assert perceptron.intercept_.tolist() == [0.0]
    assert perceptron.score(SQUARE, [0, 1, 1, 1]) == 1
    with pytest.warns(ConvergenceWarning, match=r"With one \(bias=True\) it will"):
        ax.Perceptron(bias=False, max_iter=20).fit(SQUARE, [0, 0, 0, 1])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_without_biases_each_of_several_classes_has_such_a_boundary():
    perceptron = ax.Perceptron(bias=False, max_iter=30, random_state=0).fit(X, Y)
    assert perceptron.intercept_.tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_allclose(perceptron.decision_function(X), X @ perceptron.coef_.T)


def test_rows_may_be_drawn_with_replacement():
    first, again = (
        ax.Perceptron(shuffle="with_replacement", random_state=3).fit(X, Y == 0) for _ in range(2)
    )
    assert first.converged_
    assert first.score(X, Y == 0) == 1
    np.testing.assert_array_equal(first.coef_, again.coef_)


@pytest.mark.parametrize(
    "settings",
    [
        {"eta0": 0},
        {"max_iter": 0},
        {"threshold": np.inf},
        {"bias": "no"},
        {"shuffle": "backwards"},
    ],
)
def test_a_bad_parameter_is_refused(settings):
    with pytest.raises(InvalidParameterError, match=f"The '{next(iter(settings))}' parameter"):
        ax.Perceptron(**settings).fit(X, Y)


def test_a_single_class_leaves_nothing_to_tell_apart():
    with pytest.raises(ValueError, match="y holds 1 class, 7"):
        ax.Perceptron().fit(X, np.full(150, 7))
