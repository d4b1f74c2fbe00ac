"""The reference engine: order of the rows, batches, reports, evaluation and precision."""

import numpy as np
import pytest

import axone as ax
from axone.data import Examples
from axone.engines import Recipe, get_engine
from axone.errors import ArgumentTypeError, ConfigurationError, UnknownNameError
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS
from axone.penalties import Clipping, Penalty
from axone.random import SHUFFLE, RandomStream

NETWORK = ax.Network(ax.Dense(5, "tanh"), ax.Dense(3, "softmax"), input_shape=4)


def recipe(network=NETWORK, loss="cce", optimizer="sgd", **settings):
    return Recipe(network, LOSSES.resolve(loss), OPTIMIZERS.resolve(optimizer), **settings)


def data(rows=23, dtype="float32"):
    random = np.random.default_rng(0)
    return random.normal(size=(rows, 4)).astype(dtype), random.integers(0, 3, rows)


def run(plan, state, X, target, epochs, weight=None):
    lap = plan.session(state, Examples(X, target, weight), epochs).advance(epochs=epochs)
    return lap.divergence, list(lap.reports)


def numbered(rows):
    X = np.zeros((rows, 4), dtype=np.float32)
    X[:, 0] = np.arange(rows)
    return X, np.zeros(rows, dtype=int)


class TestBatches:
    def rows_of(self, monkeypatch, rows, epochs, optimizer="sgd", **settings):
        plan = get_engine("reference").compile(recipe(optimizer=optimizer, **settings))
        batches, backpropagate = [], plan.backpropagate

        def noting(parameters, gradient, batch, step):
            batches.append(batch.X[:, 0].astype(int).tolist())
            return backpropagate(parameters, gradient, batch, step)

        monkeypatch.setattr(plan, "backpropagate", noting)
        state = plan.start(NETWORK.initialize())
        _, reports = run(plan, state, *numbered(rows), epochs)
        return batches, reports

    def test_every_epoch_sees_every_row_once_the_last_batch_smaller(self, monkeypatch):
        batches, reports = self.rows_of(monkeypatch, 10, 2, batch_size=4, seed=5)
        assert [len(batch) for batch in batches] == [4, 4, 2, 4, 4, 2]
        assert [(r.epoch, r.step, r.rows) for r in reports] == [(1, 3, 10), (2, 6, 10)]
        for epoch in range(2):
            order = np.concatenate(batches[3 * epoch : 3 * epoch + 3]).tolist()
            stream = RandomStream.from_seed(5).child(SHUFFLE, epoch)
            assert order == stream.permutation(10).tolist()

    def test_without_shuffling_rows_keep_their_order(self, monkeypatch):
        batches, _ = self.rows_of(monkeypatch, 5, 1, batch_size=2, shuffle=False)
        assert batches == [[0, 1], [2, 3], [4]]

    def test_a_batch_larger_than_the_data_is_the_data(self, monkeypatch):
        batches, _ = self.rows_of(monkeypatch, 3, 1, batch_size=100, shuffle=False)
        assert batches == [[0, 1, 2]]

    def test_gradient_descent_sees_all_rows_at_every_step(self, monkeypatch):
        batches, _ = self.rows_of(monkeypatch, 4, 2, "gradient_descent", batch_size=1)
        assert batches == [[0, 1, 2, 3]] * 2


@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_run_keeps_its_precision_everywhere(optimizer, dtype):
    network = ax.Network(
        ax.Dense(4, "selu"),
        ax.BatchNorm(),
        ax.Residual(ax.Dense(4, "prelu")),
        ax.Dense(3, "softmax"),
        input_shape=4,
    )
    penalty, clipping = Penalty(np.float64(0.1), np.float64(0.1)), Clipping(np.float64(1), 1.0)
    described = recipe(
        network, optimizer=optimizer, penalty=penalty, clipping=clipping, dtype=dtype
    )
    plan = get_engine().compile(described)
    X, target = data(dtype=dtype)
    weight = np.linspace(0, 1, len(X)).astype(dtype)
    state = plan.start(network.initialize(0, dtype))
    outcome, _ = run(plan, state, X, target, 2, weight)
    assert outcome is None
    _, gradient = plan.loss_and_gradient(state.parameters, Examples(X, target, weight), 1)
    _, prediction = plan.evaluate(state.parameters, Examples(X, target, weight))
    arrays = [
        state.parameters.vector,
        state.parameters.buffers,
        *(array for name, array in state.slots.items() if name not in IN_FLOAT64),
        gradient.vector,
        prediction,
        plan.predict(state.parameters, X),
    ]
    assert {array.dtype.name for array in arrays} == {dtype}


IN_FLOAT64 = ("curvatures", "search")
"""What L-BFGS keeps beside vectors: products of vectors, which are added up in float64."""


class TestReports:
    def test_an_epoch_reports_the_means_over_its_rows(self):
        # The learning rate is so small that the weights stand still.
        described = recipe(
            optimizer=ax.SGD(1e-300), batch_size=5, penalty=Penalty(l2=0.5), dtype="float64"
        )
        plan = get_engine().compile(described)
        X, target = data(dtype="float64")
        parameters = NETWORK.initialize(0, "float64")
        weight = np.random.default_rng(1).uniform(0, 2, len(X))
        for weights in (None, weight):
            state = plan.start(parameters.copy())
            _, (report,) = run(plan, state, X, target, 1, weights)
            loss, prediction = plan.evaluate(parameters, Examples(X, target, weights))
            assert report.loss == pytest.approx(loss, rel=1e-12)
            right = prediction.argmax(axis=1) == target
            counts = np.ones(len(X)) if weights is None else weights
            assert report.hits == pytest.approx(((right * counts).sum(),))
            assert report.weight == pytest.approx(counts.sum())
            squares = sum((parameters[f"{n}.weight"] ** 2).sum() for n in (0, 1))
            by_batch = [rows / 23 * 0.25 * squares / rows for rows in (5, 5, 5, 5, 3)]
            assert report.penalty == pytest.approx(sum(by_batch), rel=1e-12)

    def test_gradient_norms_are_those_of_the_last_step_by_layer(self):
        network = ax.Network(
            ax.Dense(5, "tanh"), ax.Activation("tanh"), ax.Dense(3, "softmax"), input_shape=4
        )
        plan = get_engine().compile(
            recipe(network, optimizer=ax.SGD(1e-300), batch_size=50, shuffle=False, dtype="float64")
        )
        X, target = data(dtype="float64")
        parameters = network.initialize(0, "float64")
        _, (report,) = run(plan, plan.start(parameters.copy()), X, target, 1)
        _, gradient = plan.loss_and_gradient(parameters, Examples(X, target), 1)
        layers = [["0.weight", "0.bias"], [], ["2.weight", "2.bias"]]
        wanted = [np.sqrt(sum((gradient[n] ** 2).sum() for n in names)) for names in layers]
        assert report.gradient_norms == pytest.approx(wanted, rel=1e-12)


class TestEvaluation:
    def test_many_rows_are_evaluated_as_one(self):
        X, target = data(9000, "float64")
        plan = get_engine().compile(recipe(dtype="float64"))
        parameters = NETWORK.initialize(0, "float64")
        for weight in (None, np.random.default_rng(2).uniform(0, 1, 9000)):
            loss, prediction = plan.evaluate(parameters, Examples(X, target, weight))
            wanted, _ = ax.loss_and_gradient(
                NETWORK, parameters, X, target, loss="cce", sample_weight=weight
            )
            assert loss == pytest.approx(wanted, rel=1e-12)
            np.testing.assert_allclose(prediction, NETWORK.predict(parameters, X), rtol=1e-12)

    def test_nothing_is_random(self):
        network = ax.Network(ax.Dropout(0.5), ax.Dense(3, "softmax"), input_shape=4)
        plan = get_engine().compile(recipe(network))
        X, target = data()
        parameters = network.initialize()
        first, again = (plan.evaluate(parameters, Examples(X, target)) for _ in range(2))
        assert first[0] == again[0]
        masks = [plan.loss_and_gradient(parameters, Examples(X, target), s)[0] for s in (1, 1, 2)]
        assert masks[0] == masks[1] != masks[2]


class TestDivergence:
    def test_a_loss_that_is_not_finite_ends_the_run_before_the_step(self):
        network = ax.Network(ax.Dense(1), input_shape=1)
        plan = get_engine().compile(recipe(network, "mse", batch_size=2, shuffle=False))
        X = np.array([[1.0], [1], [1], [3e38]], dtype=np.float32)
        state = plan.start(network.initialize())
        with np.errstate(over="ignore", invalid="ignore"):
            outcome, reports = run(plan, state, X, X.copy() * 0, 3)
        assert (outcome.epoch, outcome.batch, outcome.loss) == (1, 2, np.inf)
        assert outcome.what == "loss"
        assert outcome.rows.tolist() == [2, 3]
        assert (state.step, state.batch, reports) == (1, 1, [])
        assert np.isfinite(state.parameters.vector).all()

    def test_so_does_a_gradient_that_is_not_finite_under_a_finite_loss(self):
        network = ax.Network(ax.Dense(1, bias=False), input_shape=1)
        plan = get_engine().compile(recipe(network, "mse"))
        X = np.array([[1e30]], dtype=np.float32)
        start = network.initialize().replaced({"0.weight": [[1e-20]]})
        loss = plan.evaluate(start, Examples(X, np.zeros_like(X)))[0]
        with np.errstate(over="ignore", invalid="ignore"):
            outcome, _ = run(plan, plan.start(start.copy()), X, np.zeros_like(X), 1)
        assert np.isfinite(loss)
        assert (outcome.what, outcome.loss) == ("gradient", pytest.approx(loss))


def test_a_batch_whose_weights_are_all_zero_changes_nothing():
    plan = get_engine().compile(recipe(batch_size=2, shuffle=False, dtype="float64"))
    X, target = data(4, "float64")
    only_first, both = NETWORK.initialize(0, "float64"), NETWORK.initialize(0, "float64")
    state = plan.start(both)
    run(plan, state, X, target, 1, np.array([1.0, 1, 0, 0]))
    run(plan, plan.start(only_first), X[:2], target[:2], 1)
    np.testing.assert_array_equal(both.vector, only_first.vector)


class TestLBFGS:
    def test_noise_of_any_kind_is_refused(self):
        for layer in (ax.Dropout(0.1), ax.GaussianNoise(0.1), ax.Residual(ax.Dropout(0.1))):
            network = ax.Network(layer, ax.Dense(3, "softmax"), input_shape=4)
            with pytest.raises(ConfigurationError, match=r"leave out dropout, .*adam"):
                get_engine().compile(recipe(network, optimizer="lbfgs"))

    def test_a_loss_that_is_not_finite_ends_the_run(self):
        network = ax.Network(ax.Dense(1), input_shape=1)
        plan = get_engine().compile(recipe(network, "mse", "lbfgs"))
        X = np.full((3, 1), 3e38, dtype=np.float32)
        with np.errstate(over="ignore", invalid="ignore"):
            outcome, reports = run(plan, plan.start(network.initialize()), X, X * 0, 5)
        assert not np.isfinite(outcome.loss)
        assert (outcome.epoch, outcome.rows.tolist(), reports) == (1, [0, 1, 2], [])

    def test_an_epoch_is_one_iteration(self):
        plan = get_engine().compile(recipe(optimizer="lbfgs", dtype="float64"))
        X, target = data(dtype="float64")
        state = plan.start(NETWORK.initialize(0, "float64"))
        _, reports = run(plan, state, X, target, 4)
        assert [report.epoch for report in reports] == [1, 2, 3, 4]
        losses = [report.loss for report in reports]
        assert losses == sorted(losses, reverse=True)
        assert state.step >= 4
        run(plan, state, X, target, 4)
        assert state.epoch == 4

    def test_the_number_of_gradients_is_bounded(self):
        plan = get_engine().compile(recipe(optimizer=ax.LBFGS(max_evaluations=3)))
        X, target = data()
        state = plan.start(NETWORK.initialize())
        run(plan, state, X, target, 100)
        assert state.epoch < 6


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"batch_size": 0}, ConfigurationError, "batch_size must be at least 1, not 0"),
        ({"batch_size": 2.5}, ArgumentTypeError, r"batch_size must be a whole number, not 2\.5"),
        ({"seed": -1}, ConfigurationError, "seed must be at least 0"),
        ({"dtype": "half"}, ConfigurationError, "dtype must be one of 'float32', 'float64'"),
    ],
)
def test_wrong_settings_are_refused(settings, error, message):
    with pytest.raises(error, match=message):
        recipe(**settings)


def test_an_unknown_engine_is_refused_with_the_known_ones():
    assert get_engine("reference").name == "reference"
    with pytest.raises(UnknownNameError, match=r"unknown engine 'cuda'. Allowed: .*reference"):
        get_engine("cuda")


def test_lbfgs_ends_sooner_with_a_looser_loss_tolerance():
    X = np.random.default_rng(0).normal(size=(50, 3))
    rows = (X, np.sin(X).sum(axis=1))
    network = ax.Network(ax.Dense(5, "tanh"), ax.Dense(1), input_shape=3)
    steps = [
        ax.Trainer(network, loss="mse", optimizer=ax.LBFGS(loss_tolerance=tolerance))
        .fit(rows, max_epochs=500)
        .epochs
        for tolerance in (1e-1, 1e-3, 1e-5)
    ]
    assert steps == sorted(steps)
    assert steps[0] < steps[-1]
    with pytest.raises(ConfigurationError, match="loss_tolerance must be at least 0"):
        ax.LBFGS(loss_tolerance=-1)
