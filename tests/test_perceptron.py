"""Rosenblatt's perceptron against textbook figures, theorems and scikit-learn's perceptron."""

import itertools

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.linear_model import Perceptron

from axone.errors import (
    ArgumentTypeError,
    AxoneError,
    ConfigurationError,
    DataError,
    ShapeError,
)
from axone.perceptron import (
    RosenblattPerceptron,
    linearly_separable,
    separability_without_bias,
    weighted_sum,
)
from axone.random import RandomStream

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, OR, XOR = [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("weights", "wanted"), [([1 / 3, 1 / 3, 1 / 3], 2.0), ([0.6, 0.25, 0.15], 3.75)]
)
def test_the_weighted_sum_of_the_textbook_comes_out(weights, wanted):
    assert weighted_sum([7, -3, 2], weights) == pytest.approx(wanted, abs=1e-12)


def test_weighted_sums_of_a_table_by_several_neurons_are_a_table():
    X, weights, bias = np.arange(6.0).reshape(3, 2), np.eye(2), [10, 20]
    assert weighted_sum(X, weights, bias).tolist() == [[10, 21], [12, 23], [14, 25]]


@pytest.mark.parametrize(
    ("X", "weights", "bias"),
    [([1, 2], [1, 2, 3], 0), ([1, 2], np.ones((1, 1, 2)), 0), ([1, 2], [1, 2], [1, 2, 3])],
)
def test_weighted_sums_of_shapes_that_do_not_fit_are_refused(X, weights, bias):
    with pytest.raises(ShapeError, match=r"do(es)? not fit"):
        weighted_sum(X, weights, bias)


ORDERS = ["cyclic", "random", "with_replacement"]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("target", [AND, OR])
def test_and_and_or_are_learnt_without_a_mistake(target, order):
    fitted = RosenblattPerceptron(order=order).fit(CORNERS, target)
    assert fitted.converged
    assert fitted.separable is True
    if order != "with_replacement":
        assert fitted.mistakes[-1] == 0
    assert fitted.epochs == len(fitted.mistakes)
    assert fitted.predict(CORNERS).tolist() == target
    assert fitted.explanation.startswith(f"Converged in {fitted.epochs} epochs")


def test_xor_never_converges_and_says_that_it_never_will():
    fitted = RosenblattPerceptron().fit(CORNERS, XOR)
    assert not fitted.converged
    assert fitted.separable is False
    assert fitted.epochs == len(fitted.mistakes) == 1000
    assert fitted.explanation == (
        "Not converged in 1000 epochs: no straight line separates the two classes "
        "(XOR is the classic case), so no perceptron ever will."
    )


def test_a_training_cut_short_on_separable_data_asks_for_more_epochs():
    fitted = RosenblattPerceptron(max_epochs=1).fit(CORNERS, AND)
    assert not fitted.converged
    assert fitted.separable is True
    assert fitted.explanation == (
        "Not converged in 1 epoch, but a straight line can separate the two classes: "
        "more epochs would do (raise max_epochs)."
    )


def test_separability_without_an_answer_is_none_and_said_so(monkeypatch):
    monkeypatch.setattr("scipy.optimize.linprog", lambda *args, **options: _Unsolved())
    fitted = RosenblattPerceptron(max_epochs=2).fit(CORNERS, XOR)
    assert fitted.separable is None
    assert fitted.explanation.endswith(
        "whether any straight line separates the two classes could not be decided."
    )


class _Unsolved:
    """What SciPy answers when the time is up."""

    status = 1


def test_a_solution_that_rounding_spoils_is_no_proof(monkeypatch):
    class Spoilt:
        status = 0
        x = np.zeros(3)

    monkeypatch.setattr("scipy.optimize.linprog", lambda *args, **options: Spoilt())
    assert linearly_separable(CORNERS.astype(float), np.array(AND, dtype=bool)) is None


@pytest.mark.parametrize(("inputs", "wanted"), [(2, 14), (3, 104)])
def test_as_many_boolean_functions_are_separable_as_the_literature_counts(inputs, wanted):
    # OEIS A000609: threshold functions of n variables; the two constant ones are not counted here.
    corners = np.array(list(itertools.product([0.0, 1.0], repeat=inputs)))
    functions = itertools.product([False, True], repeat=len(corners))
    varying = [np.array(values) for values in functions if 0 < sum(values) < len(corners)]
    answers = [linearly_separable(corners, positive) for positive in varying]
    assert None not in answers
    assert sum(answers) == wanted - 2


def test_setosa_is_learnt_and_the_other_irises_are_known_to_be_inseparable():
    iris = load_iris()
    X, names = iris.data, iris.target_names[iris.target]
    two = RosenblattPerceptron().fit(X, names == "setosa")
    assert two.converged
    assert (two.predict(X) == (names == "setosa")).all()
    three = RosenblattPerceptron(max_epochs=100).fit(X, names)
    assert [(run.label, run.converged, run.separable) for run in three.runs] == [
        ("setosa", True, True),
        ("versicolor", False, False),
        ("virginica", False, False),
    ]
    assert three.converged is False
    assert three.separable is False
    assert three.epochs == 100
    assert three.mistakes[-1] == sum(run.mistakes[-1] for run in three.runs if run.epochs == 100)
    lines = three.explanation.splitlines()
    assert lines[0] == "1 of 3 perceptrons converged."
    assert lines[2] == (
        "versicolor: Not converged in 100 epochs: no hyperplane separates versicolor from the "
        "rest, so no perceptron ever will."
    )


def test_of_several_classes_the_largest_weighted_sum_is_predicted():
    X = np.array([[0, 5], [1, 6], [5, 0], [6, 1], [-5, -5], [-6, -4]])
    y = np.array(["north", "north", "east", "east", "west", "west"])
    fitted = RosenblattPerceptron().fit(X, y)
    assert fitted.converged
    assert fitted.separable is True
    assert fitted.weights.shape == (3, 2)
    assert fitted.decision(X).shape == (6, 3)
    assert (fitted.predict(X) == y).all()
    assert (fitted.classes[fitted.decision(X).argmax(axis=1)] == y).all()


def test_one_class_left_undecided_leaves_the_whole_undecided(monkeypatch):
    monkeypatch.setattr("scipy.optimize.linprog", lambda *args, **options: _Unsolved())
    X, y = np.array([[0], [1], [2]]), [0, 1, 2]
    assert RosenblattPerceptron(max_epochs=50).fit(X, y).separable is None


@pytest.mark.parametrize(
    "labels",
    [
        np.array([3, 3, 3, 7]),
        np.array([-1.0, -1.0, -1.0, 1.0]),
        np.array([False, False, False, True]),
        ["no", "no", "no", "yes"],
        pd.Series(["no", "no", "no", "yes"]),
        np.array(["no", "no", "no", "yes"], dtype=object),
    ],
    ids=["integers", "floats", "booleans", "strings", "pandas", "objects"],
)
def test_labels_of_any_kind_come_back_as_they_were(labels):
    fitted = RosenblattPerceptron().fit(CORNERS, labels)
    assert fitted.predict(CORNERS).tolist() == list(labels)


def test_a_perceptron_fires_above_its_threshold_and_not_at_it():
    fitted = RosenblattPerceptron(threshold=2.5).fit(CORNERS, AND)
    sums = fitted.decision(CORNERS)
    assert fitted.converged
    assert fitted.predict(CORNERS).tolist() == (sums > 2.5).astype(int).tolist() == AND
    # At the threshold itself it stays at 0: a row that is to be 0 is right from the start.
    at_rest = RosenblattPerceptron(max_epochs=1).fit([[0.0], [0.0]], [0, 1])
    assert at_rest.mistakes == (1,)
    assert at_rest.bias.tolist() == [1.0]
    still = RosenblattPerceptron(threshold=3, initial_weights=[1], max_epochs=1)
    assert still.fit([[3.0], [4.0]], ["at it", "over it"]).mistakes == (0,)


def test_the_convention_at_the_threshold_is_scikit_learns():
    X = np.array([[-1.0], [0.0], [1.0]])
    theirs = Perceptron(max_iter=1, tol=None).fit(X, [0, 0, 1])
    theirs.coef_, theirs.intercept_ = np.array([[1.0]]), np.array([0.0])
    ours = RosenblattPerceptron(initial_weights=[1.0], max_epochs=1).fit(X, [0, 0, 1])
    assert (ours.weights == theirs.coef_).all()
    assert ours.predict(X).tolist() == theirs.predict(X).tolist() == [0, 0, 1]


def textbook(X, y, rows, epochs, learning_rate=1.0, bias=True):
    """The rule as every course writes it, one row after another; the order is given."""
    weights, offset, mistakes = np.zeros(X.shape[1]), 0.0, []
    for epoch in range(epochs):
        mistakes.append(0)
        for row in rows(epoch):
            error = y[row] - (X[row] @ weights + offset > 0)
            weights = weights + learning_rate * error * X[row]
            offset += learning_rate * error * bias
            mistakes[-1] += int(error != 0)
    return weights, offset, tuple(mistakes)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_rows=st.integers(2, 90),
    n_features=st.integers(1, 4),
    bias=st.booleans(),
)
def test_whole_numbers_are_learnt_as_by_the_textbooks_loop(seed, n_rows, n_features, bias):
    # Sums of whole numbers are exactly 0 now and then.
    generator = np.random.default_rng(seed)
    X = generator.integers(-2, 3, size=(n_rows, n_features)).astype(float)
    y = generator.integers(0, 2, n_rows)
    assume(0 < y.sum() < n_rows)
    ours = RosenblattPerceptron(bias=bias, max_epochs=6).fit(X, y)
    weights, offset, mistakes = textbook(X, y, lambda _: range(n_rows), ours.epochs, bias=bias)
    assert ours.weights.tolist() == [weights.tolist()]
    assert ours.bias.tolist() == [offset]
    assert ours.mistakes == mistakes


class TestDrawsWithReplacement:
    """Each step draws its row from all of them."""

    def test_some_rows_do_not_come_and_others_twice_each_as_often_as_any(self):
        perceptron = RosenblattPerceptron(order="with_replacement")
        stream = RandomStream.from_seed(0)
        draws = [perceptron._order(stream.child(epoch), 30) for epoch in range(2000)]
        assert all(len(each) == 30 for each in draws)
        # Of m draws from m rows a share of (1 − 1/m)ᵐ does not come: 0.362 of 30.
        missed = np.mean([1 - len(set(each)) / 30 for each in draws])
        assert missed == pytest.approx((1 - 1 / 30) ** 30, abs=0.01)
        counts = np.bincount(np.concatenate(draws), minlength=30)
        assert scipy.stats.chisquare(counts).pvalue > 1e-3

    def test_they_are_decided_by_the_seed(self):
        X, y = np.arange(40.0).reshape(20, 2) % 7, np.arange(20) % 2
        first, again, other = (
            RosenblattPerceptron(order="with_replacement", max_epochs=5, seed=seed).fit(X, y)
            for seed in (1, 1, 2)
        )
        assert (first.weights == again.weights).all()
        assert first.mistakes == again.mistakes
        assert (first.weights != other.weights).any()

    def test_an_epoch_without_a_mistake_is_no_proof(self):
        # One row of 300 is wrong at the start: a third of all epochs do not draw it.
        X = np.ones((300, 1))
        X[7] = -1.0
        y = np.ones(300, dtype=int)
        y[7] = 0
        quiet = 0
        for seed in range(30):
            fitted = RosenblattPerceptron(
                order="with_replacement", seed=seed, initial_bias=1.0
            ).fit(X, y)
            quiet += 0 in fitted.mistakes[:-1]
            assert fitted.converged
            assert (fitted.predict(X) == y).all()
            assert sum(fitted.mistakes) > 0
        assert quiet > 0

    def test_it_ends_with_the_first_epoch_after_which_no_row_is_wrong(self):
        fitted = RosenblattPerceptron(order="with_replacement").fit(CORNERS, AND)
        shorter = RosenblattPerceptron(order="with_replacement", max_epochs=fitted.epochs - 1)
        before = shorter.fit(CORNERS, AND)
        assert fitted.epochs > 1
        assert before.mistakes == fitted.mistakes[:-1]
        assert before.predict(CORNERS).tolist() != AND
        assert not before.converged


class TestWithoutABias:
    """The boundary is w·x = threshold and cannot be shifted."""

    def test_none_is_learnt(self):
        fitted = RosenblattPerceptron(bias=False).fit(CORNERS, OR)
        assert fitted.converged
        assert fitted.separable is True
        assert fitted.bias.tolist() == [0.0]
        assert fitted.predict(CORNERS).tolist() == OR
        assert fitted.explanation == (
            "Converged in 2 epochs, after 2 mistakes: its straight line through the origin "
            "separates the two classes."
        )

    def test_what_only_a_shifted_line_separates_is_said_to_need_one(self):
        fitted = RosenblattPerceptron(bias=False).fit(CORNERS, AND)
        assert fitted.separable is False
        assert fitted.explanation == (
            "Not converged in 1000 epochs: no straight line through the origin separates the two "
            "classes, so without a bias no perceptron ever will. With one (bias=True) it will."
        )
        assert RosenblattPerceptron().fit(CORNERS, AND).converged

    def test_what_no_line_separates_is_not_promised_to_a_bias(self):
        fitted = RosenblattPerceptron(bias=False, max_epochs=9).fit(CORNERS, XOR)
        assert fitted.separable is False
        assert fitted.explanation == (
            "Not converged in 9 epochs: no straight line through the origin separates the two "
            "classes, so no perceptron ever will."
        )

    def test_the_origin_never_fires(self):
        fitted = RosenblattPerceptron(bias=False, max_epochs=5).fit([[0.0], [1.0]], [1, 0])
        assert fitted.separable is False
        assert fitted.explanation.startswith("Not converged in 5 epochs: no threshold at 0 sep")

    def test_a_boundary_through_rows_may_never_be_found(self):
        # w = (2, 2) is right, (1, −1) and (−1, 1) lying on its boundary; the rule runs in circles.
        X, y = np.array([[2.0, 1.0], [1.0, -1.0], [-1.0, 1.0]]), [1, 0, 0]
        assert (X @ [2.0, 2.0] > 0).tolist() == [True, False, False]
        fitted = RosenblattPerceptron(bias=False).fit(X, y)
        assert not fitted.converged
        assert fitted.separable is not False
        assert "more epochs would do" not in fitted.explanation

    def test_with_a_threshold_the_rule_need_not_find_what_there_is(self):
        # 1/10 < w ≤ 1/9 would be right, and every step is a whole number.
        fitted = RosenblattPerceptron(bias=False, threshold=1).fit([[10.0], [9.0]], [1, 0])
        assert not fitted.converged
        assert fitted.separable is True
        assert fitted.explanation == (
            "Not converged in 1000 epochs: a threshold w·x = 1 can separate the two classes, but "
            "without a bias the rule need not find it. Let a bias be learnt (bias=True), or try "
            "more epochs."
        )

    def test_it_is_scikit_learns_without_an_intercept(self):
        X, y = load_iris(return_X_y=True)
        y = y == 0
        ours = RosenblattPerceptron(bias=False, initial_weights=[0.1, -0.2, 0.3, 0.05]).fit(X, y)
        theirs = Perceptron(fit_intercept=False, shuffle=False, tol=None, max_iter=ours.epochs).fit(
            X, y, coef_init=np.array([[0.1, -0.2, 0.3, 0.05]])
        )
        np.testing.assert_allclose(ours.weights, theirs.coef_, atol=1e-12)
        assert ours.bias.tolist() == theirs.intercept_.tolist() == [0.0]

    @pytest.mark.parametrize("order", ORDERS)
    def test_each_of_several_classes_has_a_boundary_through_the_origin(self, order):
        X = np.array([[0, 5], [1, 6], [5, 0], [6, 1], [-5, -5], [-6, -4]])
        y = ["north", "north", "east", "east", "west", "west"]
        fitted = RosenblattPerceptron(bias=False, order=order).fit(X, y)
        assert fitted.converged
        assert fitted.bias.tolist() == [0.0, 0.0, 0.0]
        assert fitted.predict(X).tolist() == y

    def test_a_bias_to_start_from_is_refused_with_the_threshold_that_does_the_same(self):
        with pytest.raises(ConfigurationError, match=r"bias=False there is none: .*threshold 1\.5"):
            RosenblattPerceptron(bias=False, threshold=2, initial_bias=0.5)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), threshold=st.sampled_from([0.0, 1.0, -2.0]))
def test_weights_that_were_there_are_found_to_be_possible_without_a_bias(seed, threshold):
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(int(generator.integers(2, 30)), 3))
    positive = X @ generator.normal(size=3) > threshold
    assert separability_without_bias(X, positive, threshold).separable is True


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_without_a_bias_a_class_is_separable_as_rows_and_their_mirror_images_are(seed):
    # Through the origin w·x > 0 is w·(−x) < 0: with every row mirrored a bias is of no use.
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(int(generator.integers(2, 12)), 2))
    positive = generator.integers(0, 2, len(X)).astype(bool)
    assume(0 < positive.sum() < len(X))
    mirrored = np.concatenate([X, -X]), np.concatenate([positive, ~positive])
    found = separability_without_bias(X, positive, 0.0)
    assert found.separable is linearly_separable(*mirrored)
    assert found.is_reached


def test_the_learning_rate_only_scales_weights_that_start_at_zero():
    slow = RosenblattPerceptron(learning_rate=0.25).fit(CORNERS, AND)
    fast = RosenblattPerceptron(learning_rate=2.0).fit(CORNERS, AND)
    assert (8 * slow.weights == fast.weights).all()
    assert slow.mistakes == fast.mistakes


def test_a_random_order_is_decided_by_the_seed():
    X, y = np.arange(40.0).reshape(20, 2) % 7, np.arange(20) % 2
    first, again, other = (
        RosenblattPerceptron(order="random", max_epochs=5, seed=seed).fit(X, y)
        for seed in (1, 1, 2)
    )
    assert (first.weights == again.weights).all()
    assert first.mistakes == again.mistakes
    assert (first.weights != other.weights).any()


def test_a_good_start_needs_no_update():
    fitted = RosenblattPerceptron(initial_weights=[1, 1], initial_bias=-1.5).fit(CORNERS, AND)
    assert fitted.mistakes == (0,)
    assert fitted.weights.tolist() == [[1, 1]]
    assert fitted.explanation == (
        "Converged in 1 epoch, after 0 mistakes: its straight line separates the two classes."
    )


def test_a_description_is_comparable_and_hashable_whatever_held_the_weights():
    one = RosenblattPerceptron(initial_weights=np.array([1, 2]))
    assert one == RosenblattPerceptron(initial_weights=[1.0, 2.0])
    assert len({one, RosenblattPerceptron(initial_weights=(1, 2))}) == 1


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_novikoffs_bound_on_the_mistakes_holds(data):
    n_features = data.draw(st.integers(1, 3))
    whole = st.integers(-3, 3)
    normal = np.array(data.draw(st.lists(whole, min_size=n_features, max_size=n_features)))
    offset = data.draw(whole)
    cloud = np.array(list(itertools.product(range(-3, 4), repeat=n_features)))
    chosen = data.draw(st.lists(st.integers(0, len(cloud) - 1), min_size=2, max_size=40))
    X = cloud[chosen]
    X = X[X @ normal + offset != 0]
    y = X @ normal + offset > 0
    assume(y.any() and not y.all())
    # Drawn rows may be right for some epochs while another row is still wrong.
    order = data.draw(st.sampled_from(["cyclic", "random"]))
    longest = ((X**2).sum(axis=1) + 1).max()
    margin = np.abs(X @ normal + offset).min() / np.sqrt((normal**2).sum() + offset**2)
    bound = int(longest / margin**2 + 1e-9)
    fitted = RosenblattPerceptron(order=order, max_epochs=bound + 1).fit(X, y)
    assert fitted.converged
    assert sum(fitted.mistakes) <= bound
    assert (fitted.predict(X) == y).all()
    assert linearly_separable(X.astype(float), y) is True


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_rows=st.integers(2, 90),
    n_features=st.integers(1, 6),
    epochs=st.integers(1, 8),
    learning_rate=st.sampled_from([0.1, 1.0, 3.0]),
)
def test_the_weights_are_scikit_learns_where_no_sum_is_exactly_zero(
    seed, n_rows, n_features, epochs, learning_rate
):
    # scikit-learn's ±1 rule also updates where the sum is exactly 0; a random start avoids that.
    generator = np.random.default_rng(seed)
    X = generator.normal(size=(n_rows, n_features))
    y = generator.integers(0, 2, n_rows)
    assume(0 < y.sum() < n_rows)
    weights, bias = generator.normal(size=n_features), float(generator.normal())
    ours = RosenblattPerceptron(
        learning_rate=learning_rate,
        max_epochs=epochs,
        initial_weights=weights,
        initial_bias=bias,
    ).fit(X, y)
    theirs = Perceptron(
        penalty=None, eta0=learning_rate, shuffle=False, tol=None, max_iter=epochs
    ).fit(X, y, coef_init=weights.reshape(1, -1), intercept_init=np.array([bias]))
    np.testing.assert_allclose(ours.weights, theirs.coef_, atol=1e-10)
    np.testing.assert_allclose(ours.bias, theirs.intercept_, atol=1e-10)
    np.testing.assert_allclose(ours.decision(X), theirs.decision_function(X), atol=1e-9)


@pytest.mark.parametrize(
    ("setting", "error", "words"),
    [
        ({"learning_rate": 0}, ConfigurationError, "learning_rate must be greater than 0"),
        ({"learning_rate": "fast"}, ArgumentTypeError, "learning_rate must be a number"),
        ({"threshold": float("nan")}, ConfigurationError, "threshold"),
        (
            {"order": "backwards"},
            ConfigurationError,
            "order must be one of 'cyclic', 'random', 'with_r",
        ),
        ({"bias": "no"}, ArgumentTypeError, "bias must be true or false, not 'no'"),
        ({"max_epochs": 0}, ConfigurationError, "max_epochs must be at least 1"),
        ({"seed": -1}, ConfigurationError, "seed must be at least 0"),
        ({"initial_weights": "zeros"}, ArgumentTypeError, "initial_weights must be a sequence"),
        ({"initial_weights": [[1.0]]}, ArgumentTypeError, "initial_weights must be a sequence"),
        ({"initial_weights": [1.0, np.inf]}, ConfigurationError, r"initial_weights\[1\]"),
        ({"initial_bias": None}, ArgumentTypeError, "initial_bias"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_name(setting, error, words):
    with pytest.raises(error, match=words):
        RosenblattPerceptron(**setting)


@pytest.mark.parametrize(
    ("X", "y", "error", "words"),
    [
        (["a"], [1], DataError, "X is not an array of numbers"),
        ([[1, 2], [3]], [0, 1], DataError, "X is not an array of numbers"),
        ([1, 2], [0, 1], ShapeError, r"X has shape \(2,\); wanted \(m, n_features\)"),
        (np.ones((0, 2)), [], ShapeError, "at least one row"),
        ([[1, np.nan], [1, 2]], [0, 1], DataError, r"X\[0, 1\] is nan"),
        ([[1, 2], [-1e200, 2]], [0, 1], DataError, r"X\[1, 0\] is -1e\+200"),
        (CORNERS, [0, 1], ShapeError, r"y has shape \(2,\), but X has 4 rows"),
        (CORNERS, np.eye(4), ShapeError, r"y.argmax\(axis=1\)"),
        (CORNERS, [[0], [1, 2], [1], [1]], DataError, "y is not a row of labels"),
        (CORNERS, [0, 0, 0, 0], DataError, "y holds the single class 0"),
        (CORNERS, [0.5, 1, 1, 1], DataError, "y holds 0.5"),
        (CORNERS, [0, 1, 1, np.nan], DataError, "y has missing labels"),
        (CORNERS, np.array(["a", "b", None, "a"], dtype=object), DataError, "missing labels"),
        (CORNERS, np.array(["a", 1, "b", "a"], dtype=object), DataError, "cannot be sorted"),
    ],
)
def test_data_that_cannot_be_learnt_from_is_refused_with_the_place(X, y, error, words):
    with pytest.raises(error, match=words):
        RosenblattPerceptron().fit(X, y)


def test_initial_weights_of_another_number_of_features_are_refused():
    with pytest.raises(ShapeError, match="holds 3 numbers, but X has 2 features"):
        RosenblattPerceptron(initial_weights=[1, 2, 3]).fit(CORNERS, AND)


@settings(max_examples=60, deadline=None)
@given(X=st.lists(st.lists(st.floats(), max_size=3), max_size=4), y=st.lists(st.integers(0, 2)))
def test_whatever_is_given_it_learns_or_refuses_in_axones_words(X, y):
    try:
        fitted = RosenblattPerceptron(max_epochs=5).fit(X, y)
    except AxoneError as error:
        assert len(str(error)) > 20  # noqa: PT017
    else:
        assert np.isfinite(fitted.weights).all()


def test_prediction_with_other_features_than_those_of_the_training_is_refused():
    fitted = RosenblattPerceptron().fit(CORNERS, AND)
    with pytest.raises(ShapeError, match="do not fit"):
        fitted.predict(np.ones((2, 5)))
