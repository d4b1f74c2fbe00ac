"""Losses against PyTorch and finite differences, alone and under every output activation.

`TARGETS` must name every loss of the table: one that is added without a case fails here.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import NAMED_ACTIVATIONS

from axone.activations import ACTIVATIONS, Exponential, Identity, ReLU, Sigmoid, Softmax
from axone.errors import ConfigurationError, DataError, ShapeError, UnknownNameError
from axone.losses import (
    LOSSES,
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Head,
    Huber,
    MeanSquaredError,
    Poisson,
    Quantile,
    prepare_weights,
)

PROBABILITIES = ["sigmoid", "softmax"]
NUMBERS = [name for name in NAMED_ACTIVATIONS if name not in ("heaviside", "exponential")]
"""Those whose outputs stay near their logits, so that the targets below are far from all."""


def one_hot(random, rows, outputs):
    return np.eye(outputs)[random.integers(0, outputs, rows)]


def far_targets(random, rows, outputs):
    """Numbers beyond any prediction, on both sides: a pull that softmax cannot cancel."""
    return np.resize([40.0, -40.0], (rows, outputs)) + random.normal(size=(rows, outputs))


TARGETS = {
    # Far enough from any prediction of the tests that |ŷ − y| has no kink near by.
    "mse": [(NUMBERS, lambda random, rows, outputs: random.normal(8, 1, (rows, outputs)))],
    "mae": [(NUMBERS, far_targets)],
    "huber": [
        (NUMBERS, far_targets),
        (
            ["sigmoid", "softmax"],
            lambda random, rows, outputs: random.uniform(0.1, 0.8, (rows, outputs)),
        ),
    ],
    "quantile": [(NUMBERS, far_targets)],
    "poisson": [
        (
            ["exponential", "softplus", *PROBABILITIES],
            lambda random, rows, outputs: random.poisson(2, (rows, outputs)),
        )
    ],
    "binary_cross_entropy": [
        (PROBABILITIES, lambda random, rows, outputs: random.integers(0, 2, (rows, outputs)) * 1.0),
        (PROBABILITIES, lambda random, rows, outputs: random.uniform(0, 1, (rows, outputs))),
    ],
    "categorical_cross_entropy": [
        (PROBABILITIES, lambda random, rows, outputs: random.integers(0, outputs, rows)),
        (PROBABILITIES, one_hot),
        (PROBABILITIES, lambda random, rows, outputs: random.dirichlet(np.ones(outputs), rows)),
        # Rows that do not add up to 1 still have the gradient of their own loss.
        (PROBABILITIES, lambda random, rows, outputs: random.uniform(0, 1, (rows, outputs))),
    ],
}


def combinations():
    return [
        pytest.param(name, number, activation, id=f"{name}-{number}-{activation}")
        for name, targets in TARGETS.items()
        for number, (activations, _) in enumerate(targets)
        for activation in activations
    ]


def test_every_loss_of_the_table_has_a_case():
    assert set(TARGETS) == set(LOSSES)


@pytest.mark.parametrize(("loss", "number", "activation"), combinations())
@given(rows=st.integers(1, 4), outputs=st.integers(2, 4), seed=st.integers(0, 2**32 - 1))
def test_the_deltas_of_every_pair_agree_with_differences(
    loss, number, activation, rows, outputs, seed, numeric_gradient, relative_error, away_from_zero
):
    random = np.random.default_rng(seed)
    head = Head(ACTIVATIONS.resolve(activation), LOSSES.resolve(loss))
    y = TARGETS[loss][number][1](random, rows, outputs)
    target = head.loss.prepare(y, (outputs,), "float64")
    z = away_from_zero((rows, outputs), seed)

    def total():
        return float(head.rows(z, head.predict(z), target).sum())

    analytic = head.row_deltas(z, head.predict(z), target)
    assert relative_error(analytic, numeric_gradient(total, z)) <= 1e-7


@pytest.mark.parametrize("loss", list(LOSSES))
@given(rows=st.integers(1, 4), outputs=st.integers(2, 4), seed=st.integers(0, 2**32 - 1))
def test_the_gradient_of_every_loss_by_its_prediction_agrees_with_differences(
    loss, rows, outputs, seed, numeric_gradient, relative_error
):
    random = np.random.default_rng(seed)
    described = LOSSES.resolve(loss)
    for _, targets in TARGETS[loss]:
        target = described.prepare(targets(random, rows, outputs), (outputs,), "float64")
        prediction = random.uniform(0.05, 0.95, (rows, outputs))
        analytic = described.row_gradients(prediction, target)
        numeric = numeric_gradient(
            lambda prediction=prediction, target=target: float(
                described.rows(prediction, target).sum()
            ),
            prediction,
        )
        assert relative_error(analytic, numeric) <= 1e-7


@given(delta=st.floats(0.2, 5), sides=st.lists(st.sampled_from([-3, -0.5, 0.5, 3]), min_size=1))
def test_huber_is_right_on_both_sides_of_its_bend(delta, sides, numeric_gradient, relative_error):
    loss, prediction = Huber(delta), delta * np.array([sides])
    target = np.zeros_like(prediction)
    analytic = loss.row_gradients(prediction, target)
    numeric = numeric_gradient(lambda: loss.rows(prediction, target).item(), prediction)
    assert relative_error(analytic, numeric) <= 1e-7


@given(
    level=st.floats(0.01, 0.99), sides=st.lists(st.sampled_from([-3.0, -0.5, 0.5, 3.0]), min_size=1)
)
def test_the_pinball_loss_is_right_on_both_sides(level, sides, numeric_gradient, relative_error):
    loss, prediction = Quantile(level), np.array([sides])
    target = np.zeros_like(prediction)
    analytic = loss.row_gradients(prediction, target)
    numeric = numeric_gradient(lambda: loss.rows(prediction, target).item(), prediction)
    assert relative_error(analytic, numeric) <= 1e-7


@pytest.mark.parametrize("level", [0.05, 0.5, 0.9])
def test_the_pinball_loss_is_scikit_learns(level):
    from sklearn.metrics import mean_pinball_loss

    random = np.random.default_rng(0)
    prediction, y = random.normal(size=(20, 3)), random.normal(size=(20, 3))
    prediction[3] = y[3]
    wanted = mean_pinball_loss(y, prediction, alpha=level)
    assert Quantile(level).rows(prediction, y).mean() == pytest.approx(wanted, rel=1e-12)


def test_each_level_of_a_quantile_has_its_output():
    from sklearn.metrics import mean_pinball_loss

    random, levels = np.random.default_rng(1), (0.1, 0.5, 0.8)
    loss, y = Quantile(levels), random.normal(size=(20, 2))
    prediction = random.normal(size=(20, 6))
    target = loss.prepare(y, (6,), "float64")
    np.testing.assert_array_equal(target, y[:, [0, 0, 0, 1, 1, 1]])
    wanted = np.mean(
        [
            mean_pinball_loss(y[:, number], prediction[:, 3 * number + at], alpha=level)
            for number in range(2)
            for at, level in enumerate(levels)
        ]
    )
    assert loss.rows(prediction, target).mean() == pytest.approx(wanted, rel=1e-12)


def test_the_least_pinball_loss_is_at_the_quantile():
    y = np.random.default_rng(2).exponential(size=999)
    for level in (0.1, 0.5, 0.9):
        guesses = np.quantile(y, [level - 0.05, level, level + 0.05], method="inverted_cdf")
        costs = [Quantile(level).rows(np.full((999, 1), g), y[:, None]).mean() for g in guesses]
        assert np.argmin(costs) == 1


@pytest.mark.parametrize("levels", [0.0, 1.0, (), (0.5, 0.1), (0.5, 0.5), (0.1, 2.0)])
def test_levels_that_are_none_are_refused(levels):
    with pytest.raises(ConfigurationError, match="levels must be"):
        Quantile(levels)


def test_levels_are_written_as_a_list_and_read_again():
    loss = Quantile((0.1, 0.9), scale=2.0)
    assert LOSSES.resolve(LOSSES.to_data(loss)) == loss
    assert LOSSES.to_data(Quantile()) == "quantile"
    assert LOSSES.resolve({"name": "pinball", "levels": 0.3}) == Quantile(0.3)


class TestAgainstPyTorch:
    """Values and gradients of logits by torch.nn.functional."""

    @pytest.mark.parametrize(
        ("loss", "function"),
        [
            ("mse", "mse_loss"),
            ("mae", "l1_loss"),
            ("huber", "huber_loss"),
            ("binary_cross_entropy", "binary_cross_entropy"),
        ],
    )
    def test_losses_of_predictions_agree(self, torch, loss, function):
        random = np.random.default_rng(0)
        prediction = random.uniform(0.01, 0.99, (6, 3))
        y = random.integers(0, 2, (6, 3)) * 1.0
        if loss == "huber":
            prediction = prediction * 8 - 4
        theirs = torch.tensor(prediction, requires_grad=True)
        cells = getattr(torch.nn.functional, function)(theirs, torch.tensor(y), reduction="none")
        wanted = cells.mean(dim=1)
        wanted.sum().backward()
        described = LOSSES.resolve(loss)
        rows = described.rows(prediction, y)
        np.testing.assert_allclose(rows, wanted.detach().numpy(), rtol=1e-13)
        gradients = described.row_gradients(prediction, y)
        np.testing.assert_allclose(gradients, theirs.grad.numpy(), rtol=1e-12)

    @pytest.mark.parametrize("scale", [1, 1e4])
    def test_softmax_with_cross_entropy_agrees_for_labels_and_rows(self, torch, scale):
        random = np.random.default_rng(1)
        z, labels = random.normal(scale=scale, size=(7, 4)), random.integers(0, 4, 7)
        head = Head(Softmax(), CategoricalCrossEntropy())
        for target in (labels, random.dirichlet(np.ones(4), 7)):
            theirs = torch.tensor(z, requires_grad=True)
            wanted = torch.nn.functional.cross_entropy(
                theirs, torch.tensor(target), reduction="none"
            )
            wanted.sum().backward()
            prediction = head.predict(z)
            np.testing.assert_allclose(
                head.rows(z, prediction, target), wanted.detach().numpy(), rtol=1e-12, atol=1e-14
            )
            np.testing.assert_allclose(
                head.row_deltas(z, prediction, target), theirs.grad.numpy(), atol=1e-14
            )

    @pytest.mark.parametrize("scale", [1, 1e4])
    def test_sigmoid_with_cross_entropy_agrees(self, torch, scale):
        random = np.random.default_rng(2)
        z, y = random.normal(scale=scale, size=(7, 3)), random.integers(0, 2, (7, 3)) * 1.0
        theirs = torch.tensor(z, requires_grad=True)
        wanted = torch.nn.functional.binary_cross_entropy_with_logits(
            theirs, torch.tensor(y), reduction="none"
        ).mean(dim=1)
        wanted.sum().backward()
        head = Head(Sigmoid(), BinaryCrossEntropy())
        prediction = head.predict(z)
        np.testing.assert_allclose(
            head.rows(z, prediction, y), wanted.detach().numpy(), rtol=1e-12, atol=1e-14
        )
        np.testing.assert_allclose(
            head.row_deltas(z, prediction, y), theirs.grad.numpy(), atol=1e-14
        )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("activation", "loss", "y"),
    [
        ("softmax", "categorical_cross_entropy", [0, 1, 2]),
        ("softmax", "categorical_cross_entropy", [[0, 1, 0], [1, 0, 0], [0, 0, 1]]),
        ("sigmoid", "binary_cross_entropy", [[0, 1, 0], [1, 0, 0], [0, 0, 1]]),
        ("softmax", "binary_cross_entropy", [[0, 1, 0], [1, 0, 0], [0, 0, 1]]),
        ("sigmoid", "categorical_cross_entropy", [0, 1, 2]),
        ("sigmoid", "huber", [[0, 1, 0], [1, 0, 0], [0, 0, 1]]),
    ],
)
def test_huge_logits_give_finite_losses_and_deltas_in_their_own_precision(
    activation, loss, y, dtype
):
    head = Head(ACTIVATIONS.resolve(activation), LOSSES.resolve(loss))
    z = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 1e4], [1e4, 1e4, -1e4]], dtype=dtype)
    target = head.loss.prepare(y, (3,), dtype)
    prediction = head.predict(z)
    rows, deltas = head.rows(z, prediction, target), head.row_deltas(z, prediction, target)
    for array in (prediction, rows, deltas):
        assert np.isfinite(array).all()
        assert array.dtype == dtype


def test_the_loss_of_a_hopeless_prediction_is_the_distance_of_its_logits():
    z = np.array([[1e4, -1e4]])
    softmax = Head(Softmax(), CategoricalCrossEntropy())
    assert softmax.rows(z, softmax.predict(z), np.array([1])).tolist() == [2e4]
    sigmoid = Head(Sigmoid(), BinaryCrossEntropy())
    assert sigmoid.rows(z, sigmoid.predict(z), np.array([[0.0, 1.0]])).tolist() == [1e4]


def test_the_matched_pairs_have_delta_prediction_minus_target():
    z = np.array([[0.3, -1.2, 2.0]])
    softmax = Head(Softmax(), CategoricalCrossEntropy())
    a = softmax.predict(z)
    np.testing.assert_array_equal(softmax.row_deltas(z, a, np.array([2])), a - [[0, 0, 1]])
    one = np.array([[0.7]])
    sigmoid = Head(Sigmoid(), BinaryCrossEntropy())
    a = sigmoid.predict(one)
    np.testing.assert_array_equal(sigmoid.row_deltas(one, a, np.array([[1.0]])), a - 1)


@pytest.mark.parametrize(
    "loss", [Huber(np.float64(0.5)), *(LOSSES.resolve(name) for name in LOSSES)]
)
def test_float32_stays_float32(loss):
    prediction = np.full((2, 2), 0.25, dtype=np.float32)
    target = loss.prepare([[0, 1], [1, 0]], (2,), "float32")
    assert loss.rows(prediction, target).dtype == np.float32
    assert loss.row_gradients(prediction, target).dtype == np.float32


def test_half_the_poisson_deviance_is_scikit_learns():
    from sklearn.metrics import mean_poisson_deviance

    random = np.random.default_rng(4)
    prediction, y = random.uniform(0.1, 9, (20, 1)), random.poisson(3, (20, 1)) * 1.0
    deviance = mean_poisson_deviance(y, prediction)
    assert Poisson().rows(prediction, y).mean() == pytest.approx(deviance / 2, rel=1e-12)
    head = Head(Exponential(), Poisson())
    logits = np.log(prediction)
    assert head.rows(logits, prediction, y).mean() == pytest.approx(deviance / 2, rel=1e-12)


@pytest.mark.parametrize("activation", ["sigmoid", "identity", "exponential"])
def test_a_scale_multiplies_the_loss_and_its_gradient(activation):
    random = np.random.default_rng(5)
    z, y = random.normal(size=(4, 3)), random.integers(0, 2, (4, 3)) * 1.0
    loss = {"sigmoid": "bce", "identity": "huber", "exponential": "poisson"}[activation]
    function = ACTIVATIONS.resolve(activation)
    once = Head(function, LOSSES.resolve(loss))
    thrice = Head(function, LOSSES.resolve({"name": loss, "scale": 3}))
    a = function.value(z)
    np.testing.assert_allclose(thrice.rows(z, a, y), 3 * once.rows(z, a, y), rtol=1e-15)
    np.testing.assert_allclose(thrice.row_deltas(z, a, y), 3 * once.row_deltas(z, a, y), rtol=1e-15)


def test_a_scale_must_be_positive():
    with pytest.raises(ConfigurationError, match="loss 'mse': scale must be greater than 0"):
        LOSSES.resolve({"name": "mse", "scale": 0})
    with pytest.raises(ConfigurationError, match="loss 'huber': scale must be greater than 0"):
        LOSSES.resolve({"name": "huber", "scale": -1})


def test_poisson_of_what_may_be_negative_is_refused():
    with pytest.raises(ConfigurationError, match=r"ends in Identity: give it.*'exponential'"):
        Head(Identity(), Poisson())
    with pytest.raises(DataError, match="at least 0, such as counts; found -1"):
        Poisson().prepare([1, -1], (1,), "float32")


class TestTargets:
    def test_a_column_and_a_row_of_numbers_are_the_same_targets(self):
        for y in ([1, 0, 1], [[1], [0], [1]], np.array([1.0, 0.0, 1.0])):
            for loss in (MeanSquaredError(), BinaryCrossEntropy()):
                target = loss.prepare(y, (1,), "float32")
                assert target.tolist() == [[1], [0], [1]]
                assert target.dtype == np.float32

    def test_class_numbers_may_come_as_a_column_or_as_floats(self):
        loss = CategoricalCrossEntropy()
        for y in ([0, 2, 1], [[0], [2], [1]], [0.0, 2.0, 1.0]):
            assert loss.prepare(y, (3,), "float32").tolist() == [0, 2, 1]

    @pytest.mark.parametrize(
        ("loss", "y", "outputs", "error", "message"),
        [
            ("mse", [[1, 2]], (3,), ShapeError, r"shape \(2,\).*output has \(3,\).*2 units"),
            ("mse", ["a", "b"], (1,), DataError, r"Targets must be numbers, not <U1: number the"),
            ("bce", [0, 2], (1,), DataError, "between 0 and 1; found 0 to 2"),
            ("cce", [0, 3], (3,), DataError, r"lie in 0 … 2.*found 0 to 3"),
            ("cce", [-1, 1], (3,), DataError, "found -1 to 1"),
            ("cce", [0.5, 1], (3,), DataError, "must be whole"),
            ("cce", [np.nan, 1], (3,), DataError, "found nan to nan"),
            ("cce", ["x", "y"], (3,), DataError, "number the classes"),
            ("cce", [[1, 0]], (3,), ShapeError, r"shape \(1, 2\), the network's output \(3,\)"),
            ("cce", [0, 1], (2, 2), ShapeError, "one class number a row, or one column a class"),
            ("cce", [[[0]]], (2,), ShapeError, r"targets have shape \(1, 1, 1\)"),
        ],
    )
    def test_targets_that_do_not_fit_are_refused(self, loss, y, outputs, error, message):
        with pytest.raises(error, match=message):
            LOSSES.resolve(loss).prepare(y, outputs, "float32")

    @pytest.mark.parametrize(
        "weights", [[1, 2], [1, 2, -1], [1, np.nan, 1], [1, np.inf, 1], ["a", "b", "c"], 3]
    )
    def test_weights_that_are_no_weights_are_refused(self, weights):
        with pytest.raises(DataError, match="here: weights must be 3 finite numbers of at least 0"):
            prepare_weights(weights, 3, "float32", where="here")

    def test_weights_that_are_all_zero_are_refused(self):
        with pytest.raises(DataError, match="the weights of all rows are 0"):
            prepare_weights([0, 0], 2, "float32")
        for weight in (1e-300, 1e300, 1.7e308):
            with pytest.raises(DataError, match="in float32, which means nothing"):
                prepare_weights(np.full(3, weight), 3, "float32")


class TestHits:
    def test_right_answers_are_counted(self):
        three = np.array([[0.1, 0.8, 0.1], [0.6, 0.3, 0.1]])
        loss = CategoricalCrossEntropy()
        assert loss.hits(three, np.array([1, 2])).tolist() == [1]
        assert loss.hits(three, np.eye(3)[[1, 0]]).tolist() == [2]
        labels = np.array([[0.9, 0.2], [0.4, 0.6]])
        assert BinaryCrossEntropy().hits(labels, np.array([[1, 0], [1, 1.0]])).tolist() == [1.5]

    def test_squared_errors_are_added_up_output_by_output(self):
        prediction = np.array([[1.0, 2.0], [3.0, 4.0]])
        assert MeanSquaredError().hits(prediction, np.zeros((2, 2))).tolist() == [10, 20]


@pytest.mark.parametrize(
    ("loss", "wanted"), [(CategoricalCrossEntropy(), "softmax"), (BinaryCrossEntropy(), "sigmoid")]
)
@pytest.mark.parametrize("activation", [Identity(), ReLU()])
def test_cross_entropy_of_what_is_no_probability_is_refused(loss, wanted, activation):
    name = type(activation).__name__
    with pytest.raises(ConfigurationError, match=f"ends in {name}: give it.*'{wanted}'"):
        Head(activation, loss)


def test_an_unknown_loss_is_refused_with_its_nearest_name():
    with pytest.raises(UnknownNameError, match=r"unknown loss 'hubber'. Did you mean 'huber'"):
        LOSSES.resolve("hubber")


def test_hubers_bend_must_lie_above_zero():
    with pytest.raises(ConfigurationError, match="loss 'huber': delta must be greater than 0"):
        LOSSES.resolve({"name": "huber", "delta": 0})
