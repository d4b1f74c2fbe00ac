"""Attributions add up, and are what PyTorch's gradients and SciPy's integrals make of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad_vec

import axone as ax
from axone.data import Preprocessing
from axone.errors import DataError, ShapeError
from axone.losses import LOSSES
from axone.model import Classes, Model


def drawn(network, seed=3):
    """Parameters in float64, none of them as it starts: biases and averages too."""
    parameters = network.initialize(seed, dtype="float64")
    random = np.random.default_rng(seed)
    return parameters.replaced(
        {
            name: parameters[name] + np.abs(random.normal(0.0, 0.3, parameters[name].shape))
            for name in parameters.shapes
        }
    )


def test_a_linear_network_gives_each_number_its_weight_times_how_far_it_is():
    network = ax.Network(ax.Dense(2), input_shape=3)
    weight = [[1.0, 2.0, 3.0], [-1.0, 0.0, 0.5]]
    parameters = network.initialize(dtype="float64").replaced({"0.weight": weight})
    x, baseline = [[4.0, 1.0, -2.0]], [1.0, 1.0, 1.0]
    found = ax.integrated_gradients(network, parameters, x, baseline=baseline, outputs=1)
    np.testing.assert_allclose(found.parts, [[-3.0, 0.0, -1.5]], atol=1e-12)
    assert (found.score - found.baseline_score).tolist() == [-4.5]
    given = ax.gradient_times_input(network, parameters, x, baseline=baseline, outputs=1)
    np.testing.assert_allclose(given, found.parts, atol=1e-12)


def test_a_smooth_network_has_the_integrals_of_scipy_over_the_gradients_of_torch(torch):
    network = ax.Network(ax.Dense(6, "tanh"), ax.Dense(3, "softmax"), input_shape=4)
    parameters = drawn(network)
    of = {name: torch.tensor(parameters[name].copy()) for name in parameters.shapes}
    random = np.random.default_rng(5)
    x, baseline = random.normal(size=(5, 4)) * 2, random.normal(size=4)

    def gain(row, at):
        place = torch.tensor(baseline + at * (x[row] - baseline), requires_grad=True)
        hidden = torch.tanh(of["0.weight"] @ place + of["0.bias"])
        (of["1.weight"] @ hidden + of["1.bias"])[row % 3].backward()
        return (x[row] - baseline) * place.grad.numpy()

    wanted = [
        quad_vec(lambda at, row=row: gain(row, at), 0, 1, epsabs=1e-11)[0] for row in range(5)
    ]
    found = ax.integrated_gradients(
        network, parameters, x, baseline=baseline, outputs=np.arange(5) % 3, tolerance=1e-9
    )
    np.testing.assert_allclose(found.parts, wanted, rtol=0, atol=1e-8)


def test_the_places_at_which_rectifiers_switch_are_found():
    network = ax.Network(ax.Dense(30, "relu"), ax.Dense(20, "relu"), ax.Dense(1), input_shape=5)
    parameters = drawn(network)
    random = np.random.default_rng(2)
    x = random.normal(size=(3, 5)) * 3
    found = ax.integrated_gradients(network, parameters, x, outputs=0)
    assert np.abs(found.missing).max() < 1e-6
    # By many small steps, of the saliency that test_saliency.py compares with PyTorch.
    at = (np.arange(200_000) + 0.5)[:, None] / 200_000
    for row in range(3):
        slopes = ax.saliency(network, parameters, at * x[row], outputs=0)
        np.testing.assert_allclose(found.parts[row], x[row] * slopes.mean(axis=0), atol=2e-4)


@given(
    st.sampled_from(["relu", "leaky_relu", "tanh", "gelu", "selu"]),
    st.sampled_from(["dense", "signal", "image", "sequence"]),
    st.integers(0, 1000),
)
def test_parts_add_up_whatever_the_network(activation, kind, seed):
    layers, shape = {
        "dense": ([ax.Dense(8, activation), ax.BatchNorm(), ax.Dense(8, activation)], (4,)),
        "signal": ([ax.Conv1D(3, 3, activation), ax.MaxPool(2), ax.Flatten()], (2, 8)),
        "image": ([ax.Conv2D(2, 3, activation), ax.AveragePool(2), ax.Flatten()], (1, 6, 6)),
        "sequence": ([ax.GRU(3), ax.Attention(1), ax.LastStep()], (4, 2)),
    }[kind]
    network = ax.Network(*layers, ax.Dense(3, "softmax"), input_shape=shape)
    x = np.random.default_rng(seed).normal(size=(2, *shape))
    found = ax.integrated_gradients(network, drawn(network, seed), x)
    # What is missing, and not `missing`, which is our own.
    gained = found.score - found.baseline_score
    total = found.parts.reshape(2, -1).sum(axis=1)
    assert (np.abs(gained - total) <= 1e-6 * np.maximum(1, np.abs(gained))).all()
    assert found.parts.shape == x.shape


def test_scores_are_logits_and_by_default_those_of_the_winning_class():
    network = ax.Network(ax.Dense(3, "softmax"), input_shape=2)
    parameters = drawn(network)
    x = np.array([[1.0, -2.0], [-3.0, 0.5]])
    z = x @ parameters["0.weight"].T + parameters["0.bias"]
    found = ax.integrated_gradients(network, parameters, x)
    np.testing.assert_allclose(found.score, z.max(axis=1))
    np.testing.assert_allclose(found.baseline_score, parameters["0.bias"][z.argmax(axis=1)])


def test_of_two_classes_the_parts_of_one_are_the_others_with_another_sign():
    network = ax.Network(ax.Dense(4, "tanh"), ax.Dense(1, "sigmoid"), input_shape=2)
    parameters, x = drawn(network), [[1.0, -2.0]]
    one, other = (
        ax.integrated_gradients(network, parameters, x, outputs=number).parts for number in (1, 0)
    )
    np.testing.assert_allclose(one, -other, atol=1e-12)


def test_positions_that_are_not_there_are_worth_nothing():
    network = ax.Network(ax.GRU(3, last=True), ax.Dense(2, "softmax"), input_shape=(4, 2))
    x = np.random.default_rng(0).normal(size=(2, 4, 2))
    mask = np.array([[True, True, False, False], [True, True, True, True]])
    found = ax.integrated_gradients(network, drawn(network), x, mask=mask)
    assert (found.parts[0, 2:] == 0).all()
    assert (found.parts[1] != 0).all()
    assert np.abs(found.missing).max() < 1e-6


def test_weights_in_float32_are_integrated_in_float64():
    network = ax.Network(ax.Dense(16, "relu"), ax.Dense(3, "softmax"), input_shape=4)
    x = np.random.default_rng(0).normal(size=(4, 4)).astype("float32")
    found = ax.integrated_gradients(network, network.initialize(1), x)
    assert found.parts.dtype == np.float64
    assert np.abs(found.missing).max() < 1e-6


def test_a_row_that_would_need_more_slopes_is_warned_about():
    # A step from 0 to 10 within a thousandth of the way.
    network = ax.Network(ax.Dense(2, "relu"), ax.Dense(1), input_shape=1)
    parameters = network.initialize(dtype="float64").replaced(
        {
            "0.weight": [[1000.0], [1000.0]],
            "0.bias": [-300.0, -301.0],
            "1.weight": [[10.0, -10.0]],
            "1.bias": [0.0],
        }
    )
    with pytest.warns(UserWarning, match="The parts of 1 of 1 rows do not add up after 8 slopes"):
        ax.integrated_gradients(network, parameters, [[1.0]], most_slopes=8)
    found = ax.integrated_gradients(network, parameters, [[1.0]])
    np.testing.assert_allclose(found.parts, [[10.0]])


def test_no_rows_have_no_parts():
    network = ax.Network(ax.Dense(1), input_shape=3)
    found = ax.integrated_gradients(network, network.initialize(), np.zeros((0, 3)))
    assert found.parts.shape == (0, 3)
    assert found.missing.shape == (0,)


def test_examples_of_small_integers_are_taken_as_numbers():
    network = ax.Network(ax.Dense(1), input_shape=2)
    parameters = network.initialize(dtype="float64").replaced({"0.weight": [[2.0, -1.0]]})
    x, baseline = np.array([[0, 1]], np.uint8), np.array([3, 3], np.uint8)
    given = ax.gradient_times_input(network, parameters, x, baseline=baseline)
    np.testing.assert_allclose(given, [[-6.0, 2.0]])
    found = ax.integrated_gradients(network, parameters, x, baseline=baseline)
    np.testing.assert_allclose(found.parts, [[-6.0, 2.0]])


@pytest.mark.parametrize("attribute", [ax.gradient_times_input, ax.integrated_gradients])
def test_what_does_not_fit_is_refused(attribute):
    network = ax.Network(ax.Dense(2), input_shape=3)
    parameters = network.initialize()
    with pytest.raises(ShapeError, match=r"baseline has shape \(2,\): give a number"):
        attribute(network, parameters, np.zeros((4, 3)), baseline=[0, 1])
    with pytest.raises(DataError, match="baseline holds <U1, not numbers"):
        attribute(network, parameters, np.zeros((4, 3)), baseline=["a", "b", "c"])
    with pytest.raises(DataError, match="from 0 to 1"):
        attribute(network, parameters, np.zeros((4, 3)), outputs=2)
    tokens = ax.Network(ax.Embedding(5, 2), ax.LastStep(), ax.Dense(2), input_shape=(3,))
    with pytest.raises(DataError, match="token numbers"):
        attribute(tokens, tokens.initialize(), np.zeros((1, 3), int))


@pytest.mark.parametrize("engine", ["native", "reference"])
@pytest.mark.parametrize("ending", [ax.Dense(3, "softmax"), ax.Dense(1, "sigmoid")])
def test_parts_add_up_to_what_either_engine_predicts(engine, ending):
    network = ax.Network(
        ax.Dense(12, "relu"), ax.BatchNorm(), ax.Dense(6, "swish"), ending, input_shape=4
    )
    parameters = drawn(network)
    X = np.random.default_rng(8).normal(size=(6, 4)) * 2
    classes = max(2, network.output_shape[0])
    model = Model(
        network,
        (parameters,),
        LOSSES.resolve("bce" if network.output_shape == (1,) else "cce"),
        Preprocessing.fit(X, "none"),
        Classes(class_names=tuple("abc"[:classes])),
        engine=engine,
    )
    found = ax.integrated_gradients(network, parameters, X, outputs=classes - 1)
    gained = model.logits(X)[:, -1] - model.logits(np.zeros((1, 4)))[:, -1]
    assert np.abs(found.parts.sum(axis=1) - gained).max() <= 1e-6 * max(1, np.abs(gained).max())
