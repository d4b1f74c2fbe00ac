"""L-BFGS explained: the direction, the lengths tried, and where SciPy and the engine go too."""

import numpy as np
import pytest
from scipy.optimize import minimize

import axone as ax
from axone.explanation import as_text


def a_problem():
    network = ax.Network(ax.Dense(4, "tanh"), ax.Dense(3, "softmax"), input_shape=5)
    random = np.random.default_rng(2)
    x, y = random.normal(size=(12, 5)), random.integers(0, 3, 12)
    return network, network.initialize(1, "float64"), x, y


def moved_by(trace):
    """What each array was moved to, by its name."""
    return {step.name: step.array for step in trace.walk() if step.before is not None}


@pytest.mark.parametrize("frozen", [0, 1])
def test_the_iteration_is_the_first_of_the_engine(frozen):
    network, start, x, y = a_problem()
    settings = {"loss": "cce", "optimizer": "lbfgs", "l2": 0.3, "frozen": frozen}
    trace = ax.explain(network, start, x, y, training=True, **settings)
    trainer = ax.Trainer(network, dtype="float64", engine="reference", **settings)
    reached = next(iter(trainer.start((x, y), max_epochs=1, initial=start))).parameters
    found = moved_by(trace)
    assert set(found) == {name for name in reached if int(name[0]) >= frozen}
    for name, array in found.items():
        np.testing.assert_allclose(array, reached[name], rtol=1e-12, atol=1e-15)


def test_it_is_scipys_too():
    network, start, x, y = a_problem()

    def at(vector):
        parameters = start.copy()
        parameters.vector[...] = vector
        loss, gradient = ax.loss_and_gradient(
            network, parameters, x, y, loss="cce", engine="reference"
        )
        return loss, gradient.vector

    found = minimize(at, start.vector, jac=True, method="L-BFGS-B", options={"maxiter": 1})
    trace = ax.explain(network, start, x, y, loss="cce", optimizer="lbfgs")
    moved = np.concatenate([array.ravel() for array in moved_by(trace).values()])
    np.testing.assert_allclose(moved, found.x, rtol=1e-9, atol=1e-12)
    assert trace.loss_after == pytest.approx(found.fun, rel=1e-9)
    lengths, losses = (trace.find("update", None, symbol).array for symbol in ("α", "L(α)"))
    assert len(lengths) == len(losses) == found.nfev - 1
    assert losses[-1] == pytest.approx(trace.loss_after, rel=1e-12)


def test_it_shows_direction_and_lengths():
    network, start, x, y = a_problem()
    text = as_text(ax.explain(network, start, x, y, loss="cce", optimizer=ax.LBFGS()))
    for line in ("α = lengths that the line search tried", "d = −g", "W = W + α·d"):
        assert line in text
    assert "b = b + α·d" in text


def test_where_there_is_nothing_to_gain_nothing_moves():
    network, start, x, y = a_problem()
    lenient = ax.LBFGS(gradient_tolerance=1e3)
    trace = ax.explain(network, start, x, y, loss="cce", optimizer=lenient)
    for name, array in moved_by(trace).items():
        np.testing.assert_array_equal(array, start[name])
    assert trace.loss_after == trace.loss
    assert "there is nothing to gain" in as_text(trace)


def test_batch_norm_has_the_averages_of_the_weights_it_ends_at():
    layers = [ax.Dense(4), ax.BatchNorm(), ax.Dense(3, "softmax")]
    network = ax.Network(*layers, input_shape=5)
    _network, _start, x, y = a_problem()
    start, settings = network.initialize(1, "float64"), {"loss": "cce", "optimizer": "lbfgs"}
    trace = ax.explain(network, start, x, y, training=True, **settings)
    trainer = ax.Trainer(network, dtype="float64", engine="reference", **settings)
    reached = next(iter(trainer.start((x, y), max_epochs=1, initial=start))).parameters
    found = moved_by(trace)
    for name in ("1.running_mean", "1.running_variance"):
        np.testing.assert_allclose(found[name], reached[name], rtol=1e-12)
