"""The trace of a step: the course's worked numbers to the digit, PyTorch's gradients and steps."""

import json
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.engines import ReferenceEngine
from axone.errors import ConfigurationError, ShapeError, UnknownNameError
from axone.explanation import as_text
from axone.explanation.explaining import Manner, explain_step
from axone.explanation.numerals import written
from axone.explanation.updating import Rule
from axone.losses import LOSSES, Loss
from axone.optimizers import OPTIMIZERS
from axone.penalties import Clipping, Penalty


def network_with(weights, biases, activations, inputs):
    """A dense network in float64 with the given weights, each W written (n_out, n_in)."""
    layers = [
        ax.Dense(len(weight), activation)
        for weight, activation in zip(weights, activations, strict=True)
    ]
    network = ax.Network(*layers, input_shape=inputs)
    arrays = {f"{n}.weight": weight for n, weight in enumerate(weights)}
    arrays |= {f"{n}.bias": bias for n, bias in enumerate(biases)}
    return network, network.initialize(dtype="float64").replaced(arrays)


def lines_of(trace, digits=4):
    return [line.strip() for line in as_text(trace, digits=digits).splitlines()]


PASSES = ["forward", "loss", "backward"]


def assert_worked_out(trace, by_hand, parts):
    """Each of these parts of a trace has lines, and each line comes to its number."""
    steps = [step for step in trace.walk() if step.cells]
    assert sorted({step.kind for step in steps} & set(parts)) == sorted(parts)
    for step in steps:
        if step.kind in parts:
            for cell in step.cells:
                line = written(cell.working, 17)
                assert by_hand(line) == pytest.approx(cell.value, rel=1e-9, abs=1e-12), line


class TestTheCourse:
    def test_the_forward_pass_of_three_layers(self):
        weights = [
            np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]).T,
            np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]).T,
            np.array([[0.1], [0.2], [0.3]]).T,
        ]
        biases = [[0.1, 0.2, 0.3], [0.1, 0.2, 0.3], [0.1]]
        network, parameters = network_with(weights, biases, ["relu"] * 3, 2)
        lines = lines_of(ax.explain(network, parameters, [70, 25]), digits=5)
        for line in (
            "z₁ = 0.1·70 + 0.4·25 + 0.1 = 17.1",
            "z₂ = 0.2·70 + 0.5·25 + 0.2 = 26.7",
            "z₃ = 0.3·70 + 0.6·25 + 0.3 = 36.3",
            "z₁ = 0.1·17.1 + 0.4·26.7 + 0.7·36.3 + 0.1 = 37.9",
            "z₂ = 0.2·17.1 + 0.5·26.7 + 0.8·36.3 + 0.2 = 46.01",
            "z₃ = 0.3·17.1 + 0.6·26.7 + 0.9·36.3 + 0.3 = 54.12",
            "z₁ = 0.1·37.9 + 0.2·46.01 + 0.3·54.12 + 0.1 = 29.328",
        ):
            assert line in lines

    @pytest.mark.parametrize(
        ("logits", "shares"),
        [
            ([2, 1, -1, 3], ["0.242", "0.089", "0.012", "0.657"]),
            ([5, 0, 0], ["0.98670329", "0.00664835", "0.00664835"]),
            ([2.5, -2.5, 0], ["0.91842297", "0.00618829", "0.07538875"]),
        ],
    )
    def test_softmax(self, logits, shares):
        network = ax.Network(ax.Activation("softmax"), input_shape=len(logits))
        trace = ax.explain(network, network.initialize(dtype="float64"), np.array(logits) * 1.0)
        shown = [line.rpartition(" = ")[2] for line in lines_of(trace, 9) if "/(e^" in line]
        places = len(shares[0]) - 2
        assert [f"{float(share):.{places}f}" for share in shown] == shares

    def test_mean_errors(self):
        network = ax.Network(ax.Activation("linear"), input_shape=1)
        parameters = network.initialize(dtype="float64")
        x, y = [[17], [20], [18], [21], [20]], [15, 18, 20, 22, 25]
        for loss, value in (("mae", "2.4"), ("mse", "7.6")):
            lines = lines_of(ax.explain(network, parameters, x, y, loss=loss))
            assert any(line.startswith("L₁ = (") and line.endswith(f" = {value}") for line in lines)

    def test_binary_cross_entropy(self):
        network = ax.Network(ax.Activation("sigmoid"), input_shape=1)
        x = [[np.log(p / (1 - p))] for p in (0.9, 0.2, 0.6)]
        trace = ax.explain(network, network.initialize(dtype="float64"), x, [1, 0, 1], loss="bce")
        lines = lines_of(trace)
        assert "ℓ₁ = −ln(0.9) = 0.1054" in lines
        assert "ℓ₂ = −ln(1 − 0.2) = 0.2231" in lines
        assert "L₁ = (0.1054 + 0.2231 + 0.5108)/3 = 0.2798" in lines

    def test_categorical_cross_entropy(self):
        network = ax.Network(ax.Activation("softmax"), input_shape=3)
        x = np.log([[0.7, 0.2, 0.1], [0.1, 0.7, 0.2], [0.15, 0.15, 0.7]])
        parameters = network.initialize(dtype="float64")
        lines = lines_of(ax.explain(network, parameters, x, [0, 1, 2], loss="cce"), digits=3)
        assert "L₁ = (0.357 + 0.357 + 0.357)/3 = 0.357" in lines

    def test_the_convolution_of_a_signal(self):
        network = ax.Network(ax.Conv1D(1, 3, bias=False), input_shape=(1, 10))
        parameters = network.initialize(dtype="float64").replaced({"0.weight": [[[0.5, 1, 0.5]]]})
        x = np.concatenate([[0.20, 0.60, 0.90], np.zeros(7)]).reshape(1, 10)
        lines = lines_of(ax.explain(network, parameters, x))
        assert "a[1,1] = 1.15" in lines
        assert "z[1,1] = 0.5·0.2 + 1·0.6 + 0.5·0.9 = 1.15" in lines

    def test_the_small_worked_run(self):
        random = np.random.RandomState(42)
        sizes = [3, 4, 3, 2]
        shapes = list(zip(sizes[1:], sizes[:-1], strict=True))
        weights = [random.normal(0, 0.5, shape) for shape in shapes]
        biases = [random.normal(0, 0.1, size) for size in sizes[1:]]
        network, parameters = network_with(weights, biases, ["relu", "relu", "softmax"], 3)
        trace = ax.explain(
            network, parameters, [1, 4, 5], [1, 0], loss="cce", optimizer=ax.SGD(0.05)
        )
        prediction = trace.find("forward", 2, "ŷ").array
        assert [f"{p:.5f}" for p in prediction[0]] == ["0.36105", "0.63895"]
        assert f"{trace.loss:.6f}" == "1.018737"
        assert "ℓ₁ = −ln(0.36105) = 1.0187" in lines_of(trace, digits=5)
        assert any(line.endswith(") = 1.018737") for line in lines_of(trace, digits=7))
        delta = trace.find("loss", None, "δ").array
        np.testing.assert_allclose(delta, prediction - [[1, 0]])

    def test_gradient_descent_on_a_slope_and_an_intercept(self):
        network = ax.Network(ax.Dense(1), input_shape=1)
        start = network.initialize(dtype="float64").replaced({"0.weight": [[0.0]]})
        x, y = [[1.0], [2], [3], [4]], [2.0, 3, 4, 5]
        trace = ax.explain(network, start, x, y, loss="mse", optimizer=ax.GradientDescent(0.1))
        assert trace.find("backward", 0, "∂L/∂W").array.tolist() == [[-20]]
        assert trace.find("backward", 0, "∂L/∂b").array.tolist() == [-7]
        assert (trace.loss, trace.loss_after) == (13.5, pytest.approx(6.09))
        lines = lines_of(trace)
        assert "W[1,1] = 0 − 0.1·(−20) = 2" in lines or "W₁ = 0 − 0.1·(−20) = 2" in lines
        assert "b₁ = 0 − 0.1·(−7) = 0.7" in lines


def deep(seed=0):
    layers = [ax.Dense(5, "tanh"), ax.Dense(4, "sigmoid"), ax.Dense(3, "softmax")]
    network = ax.Network(*layers, input_shape=4)
    random = np.random.default_rng(seed)
    return network, network.initialize(seed, "float64"), random.normal(size=(6, 4)), [0, 1, 2] * 2


def in_torch(torch, network, parameters):
    """The same network as a module."""
    nn = torch.nn
    sizes = [*network.input_shape, *(shape[0] for shape in network.shapes)]
    module = nn.Sequential(
        nn.Linear(sizes[0], sizes[1]), nn.Tanh(), nn.Linear(sizes[1], sizes[2]), nn.Sigmoid(),
        nn.Linear(sizes[2], sizes[3]),
    ).double()  # fmt: skip
    with torch.no_grad():
        for tensor, name in zip(module.parameters(), parameters, strict=True):
            tensor.copy_(torch.tensor(parameters[name]))
    return module


def adamw(optim, parameters):
    """Decay is for weights alone."""
    every = list(parameters)
    weights, others = [p for p in every if p.ndim == 2], [p for p in every if p.ndim != 2]
    groups = [{"params": weights, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    return optim.AdamW(groups, lr=0.01)


STEPS = [
    (ax.SGD(0.1), lambda optim, p: optim.SGD(p, lr=0.1)),
    (ax.GradientDescent(0.1), lambda optim, p: optim.SGD(p, lr=0.1)),
    (ax.Momentum(0.1, form="classical"), lambda optim, p: optim.SGD(p, lr=0.1, momentum=0.9)),
    (
        ax.Momentum(0.1, form="heavy_ball"),  # at a constant rate the same path
        lambda optim, p: optim.SGD(p, lr=0.1, momentum=0.9),
    ),
    (ax.Momentum(1.0), lambda optim, p: optim.SGD(p, lr=0.1, momentum=0.9)),
    (ax.Nesterov(0.1), lambda optim, p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    (ax.Adagrad(0.1), lambda optim, p: optim.Adagrad(p, lr=0.1)),
    (ax.RMSProp(0.01), lambda optim, p: optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-8)),
    (ax.Adam(0.01), lambda optim, p: optim.Adam(p, lr=0.01)),
    (ax.AdamW(0.01, weight_decay=0.1), adamw),
]


def test_every_optimiser_that_steps_has_its_twin_in_pytorch():
    told = {OPTIMIZERS.name_of(rule) for rule, _twin in STEPS}
    assert told == {name for name in OPTIMIZERS if OPTIMIZERS.resolve(name).stepwise}


def test_moments_are_told_before_and_after():
    network, parameters, x, y = deep()
    trace = ax.explain(network, parameters, x, y, loss="cce", optimizer="adam")
    moved = [step for step in trace.walk() if step.name == "1.weight" and step.before is not None]
    assert [step.symbol for step in moved] == ["m", "v", "W"]
    first, second, weights = moved
    np.testing.assert_array_equal(first.before, np.zeros((4, 5)))
    gradient = trace.find("backward", 1, "∂L/∂W").array
    np.testing.assert_allclose(first.array, 0.1 * gradient, rtol=1e-12)
    np.testing.assert_allclose(second.array, 0.001 * gradient**2, rtol=1e-12)
    np.testing.assert_array_equal(weights.before, parameters["1.weight"])


@pytest.mark.parametrize(("rule", "twin"), STEPS, ids=lambda each: type(each).__name__)
def test_gradients_and_steps_are_those_of_pytorch(rule, twin, torch):
    network, parameters, x, y = deep()
    module = in_torch(torch, network, parameters)
    optimizer = twin(torch.optim, module.parameters())
    slots = None
    for step in (1, 2, 3):
        made = explain_step(
            network,
            parameters,
            ax.Examples(x, np.array(y)),
            LOSSES.resolve("cce"),
            Rule(rule, Clipping(), slots),
            Penalty(),
            Manner(training=True, step=step),
        )
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(module(torch.tensor(x)), torch.tensor(y))
        loss.backward()
        assert made.trace.loss == pytest.approx(loss.item(), rel=1e-12)
        tensors = dict(zip(parameters, module.parameters(), strict=True))
        for position in range(3):
            for symbol, name in (("∂L/∂W", "weight"), ("∂L/∂b", "bias")):
                np.testing.assert_allclose(
                    made.trace.find("backward", position, symbol).array,
                    tensors[f"{position}.{name}"].grad.numpy(),
                    rtol=1e-12,
                    atol=1e-14,
                )
        optimizer.step()
        for name, tensor in tensors.items():
            after = made.stepped.parameters[name]
            np.testing.assert_allclose(after, tensor.detach().numpy(), rtol=1e-12, atol=1e-12)
        parameters, slots = made.stepped.parameters, made.stepped.slots


def test_decay_penalty_and_clipping_are_those_of_pytorch(torch):
    network, parameters, x, y = deep()
    module = in_torch(torch, network, parameters)
    weights = [p for p in module.parameters() if p.ndim == 2]
    others = [p for p in module.parameters() if p.ndim != 2]
    groups = [{"params": weights, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.01)
    loss = torch.nn.functional.cross_entropy(module(torch.tensor(x)), torch.tensor(y))
    loss = loss + sum((p**2).sum() for p in weights) * 0.3 / (2 * len(x))
    loss = loss + sum(p.abs().sum() for p in weights) * 0.2 / len(x)
    loss.backward()
    torch.nn.utils.clip_grad_value_(module.parameters(), 0.05)
    optimizer.step()
    trace = ax.explain(
        network,
        parameters,
        x,
        y,
        loss="cce",
        optimizer=ax.AdamW(0.01, weight_decay=0.1),
        l1=0.2,
        l2=0.3,
        clip_value=0.05,
    )
    assert trace.loss == pytest.approx(loss.item(), rel=1e-12)
    moved = {step.name: step.array for step in trace.walk() if step.before is not None}
    for name, tensor in zip(parameters, module.parameters(), strict=True):
        np.testing.assert_allclose(moved[name], tensor.detach().numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
@pytest.mark.parametrize("step", [1, 7])
def test_what_an_optimiser_writes_of_its_numbers_comes_to_them(name, step, by_hand):
    network, parameters, x, y = deep(1)
    trace = ax.explain(
        network, parameters, x, y, loss="cce", optimizer=name, l2=0.1, step=step, cells=10**6
    )
    assert_worked_out(trace, by_hand, ["update"])


def test_a_gradient_is_scaled_to_its_norm_and_frozen_layers_stay(by_hand):
    network, parameters, x, y = deep(1)
    settings = {"loss": "cce", "optimizer": "adam", "l2": 0.1, "cells": 10**6}
    trace = ax.explain(network, parameters, x, y, clip_norm=0.01, frozen=1, **settings)
    moved = {step.name for step in trace.walk() if step.before is not None}
    assert moved == {"1.weight", "1.bias", "2.weight", "2.bias"}
    clipped = [step for step in trace.walk() if step.symbol == "g clipped"]
    total = sum(float((step.array**2).sum()) for step in clipped)
    assert np.sqrt(total) == pytest.approx(0.01)
    assert_worked_out(trace, by_hand, [*PASSES, "update"])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_of_two_bounds_numbers_are_cut_first_and_the_norm_is_of_what_is_left(dtype, torch, by_hand):
    network, parameters, x, y = deep(1)
    parameters = parameters.astype(dtype)
    settings = {"loss": "cce", "optimizer": "sgd", "clip_value": 0.05, "clip_norm": 0.1}
    trace = ax.explain(network, parameters, x, y, cells=10**6, **settings)
    steps = {symbol: [s.array for s in trace.walk() if s.symbol == symbol] for symbol in SYMBOLS}
    own = [torch.nn.Parameter(torch.tensor(array)) for array in steps["g"]]
    for tensor, gradient in zip(own, steps["g"], strict=True):
        tensor.grad = torch.tensor(gradient)
    # ‖g‖ is a sum of squares in the gradient's own precision.
    rounding = 1e-5 if dtype == "float32" else 1e-10
    torch.nn.utils.clip_grad_value_(own, 0.05)
    for tensor, cut in zip(own, steps["g cut"], strict=True):
        np.testing.assert_array_equal(cut, tensor.grad.numpy())
    scale = 0.1 / float(np.sqrt(sum((t.grad.double() ** 2).sum().item() for t in own)))
    assert scale < 1
    for tensor, clipped in zip(own, steps["g clipped"], strict=True):
        np.testing.assert_allclose(clipped, tensor.grad.numpy() * scale, rtol=rounding)
    for step in trace.walk():
        if step.symbol == "g clipped":
            for cell in step.cells:
                expected = pytest.approx(cell.value, rel=rounding, abs=1e-12)
                assert by_hand(written(cell.working, 17)) == expected


SYMBOLS = ["g", "g cut", "g clipped"]


def test_frozen_layers_run_as_at_prediction_and_cost_nothing():
    layers = [ax.Dense(5, "tanh"), ax.BatchNorm(), ax.Dropout(0.5), ax.Dense(3, "softmax")]
    network = ax.Network(*layers, input_shape=4)
    parameters = network.initialize(1, "float64")
    x, y = np.random.default_rng(0).normal(size=(6, 4)), np.arange(6) % 3
    trainer = ax.Trainer(
        network, loss="cce", l2=0.3, frozen=3, seed=4, dtype="float64", engine="reference"
    )
    plan = ReferenceEngine().compile(trainer.recipe)
    loss, gradient = plan.loss_and_gradient(parameters, ax.Examples(x, y), 2)
    settings = {"training": True, "seed": 4, "step": 2, "l2": 0.3, "frozen": 3}
    trace = ax.explain(network, parameters, x, y, loss="cce", optimizer="sgd", **settings)
    assert trace.loss == pytest.approx(loss, rel=1e-14)
    penalised = trace.find("update", 3, "g penalised").array
    np.testing.assert_allclose(penalised, gradient["3.weight"], rtol=1e-12)
    assert not any("running" in step.name for step in trace.walk())
    mean = trace.find("forward", 1, "μ").array
    np.testing.assert_array_equal(mean.ravel(), parameters["1.running_mean"])
    with pytest.raises(UnknownNameError, match="symbol"):
        trace.find("forward", 2, "r")


@pytest.mark.parametrize("form", ["averaged", "classical", "heavy_ball"])
def test_each_form_of_momentum_is_written_as_it_moves(form, by_hand):
    network, parameters, x, y = deep(2)
    optimizer = ax.Momentum(0.3, form=form)
    trace = ax.explain(network, parameters, x, y, loss="cce", optimizer=optimizer)
    assert_worked_out(trace, by_hand, [*PASSES, "update"])


LOSSES_OF = {
    "mse": ("linear", lambda random: random.normal(size=(5, 2))),
    "mae": ("linear", lambda random: random.normal(size=(5, 2))),
    "huber": ("relu", lambda random: 3 * random.normal(size=(5, 2))),
    "quantile": ("linear", lambda random: random.normal(size=(5, 2))),
    "poisson": ("exponential", lambda random: random.poisson(2, (5, 2))),
    "bce": ("sigmoid", lambda random: random.integers(0, 2, (5, 2))),
    "cce": ("softmax", lambda random: random.integers(0, 2, 5)),
}


@pytest.mark.parametrize("scale", [1, 0.5])
@pytest.mark.parametrize("name", list(LOSSES_OF))
def test_what_a_loss_writes_of_its_numbers_comes_to_them(name, scale, by_hand):
    activation, targets = LOSSES_OF[name]
    network = ax.Network(ax.Dense(2, activation), input_shape=3)
    random = np.random.default_rng(3)
    trace = ax.explain(
        network,
        network.initialize(1, "float64"),
        random.normal(size=(5, 3)),
        targets(random),
        loss={"name": {"bce": "binary_cross_entropy"}.get(name, name), "scale": scale},
        jacobian=True,
    )
    assert_worked_out(trace, by_hand, ["loss"])


@dataclass(frozen=True)
class Brier(Loss):
    """Σ (ŷ − y)² of probabilities, y being the number of a class: a loss of the user's own."""

    task = "classification"

    def rows(self, prediction, target):
        return ((prediction - np.eye(prediction.shape[1])[target]) ** 2).sum(axis=1)

    def row_gradients(self, prediction, target):
        return 2 * (prediction - np.eye(prediction.shape[1])[target])

    def prepare(self, y, output_shape, dtype):
        del output_shape, dtype
        return np.asarray(y, np.intp)

    def cell_working(self, prediction, target):
        return ("(", prediction, " − ", target, ")²")


def test_a_loss_of_class_numbers_that_is_none_of_ours_is_written_by_its_number(by_hand):
    network, parameters, x, y = deep(5)
    trace = ax.explain(network, parameters, x, y, loss=Brier())
    prediction = network.predict(parameters, x)
    expected = ((prediction - np.eye(3)[y]) ** 2).sum(axis=1)
    losses = trace.find("loss", None, "ℓ")
    np.testing.assert_allclose(losses.array, expected, rtol=1e-12)
    assert [cell.working for cell in losses.cells] == [(loss,) for loss in losses.array.tolist()]
    assert_worked_out(trace, by_hand, PASSES)


@pytest.mark.parametrize(
    ("activation", "loss", "value", "delta"),
    [
        ("softmax", "mse", "ŷ = e^(z)/Σⱼ e^(zⱼ)", "δ = (diag(ŷ) − ŷ·ŷᵀ)·∂ℓ/∂ŷ"),
        ("sigmoid", "mse", "ŷ = 1/(1 + e^(−z))", "δ = ∂ℓ/∂ŷ ⊙ ŷ·(1 − ŷ)"),
        ("2*sin(z)", "mse", "ŷ = 2·sin(z)", "δ = ∂ℓ/∂ŷ ⊙ (2·cos(z))"),
        ("linear", "mae", "", "δ = ∂ℓ/∂ŷ"),
    ],
)
def test_the_output_activation_writes_its_own_equations(activation, loss, value, delta, by_hand):
    network = ax.Network(ax.Dense(3, activation), input_shape=4)
    _network, _parameters, x, _y = deep()
    targets = np.eye(3)[[0, 1, 2] * 2]
    trace = ax.explain(network, network.initialize(1, "float64"), x, targets, loss=loss, cells=99)
    equations = [step.equation for step in trace.walk()]
    assert value in equations
    assert any(equation.startswith(f"δ = ({delta[4:]})/m") for equation in equations)
    assert_worked_out(trace, by_hand, PASSES)


def test_soft_targets_weights_and_adam_without_its_correction_are_written(by_hand):
    network, parameters, x, _y = deep(4)
    y = [[0.9, 0.05, 0.05], [0.5, 0.5, 0], [0, 0, 1], [0.2, 0.2, 0.2], [0, 1, 0], [1, 0, 0]]
    trace = ax.explain(
        network,
        parameters,
        x,
        y,
        loss="cce",
        optimizer=ax.Adam(0.01, form="uncorrected"),
        sample_weight=[1, 2, 3, 4, 5, 0.5],
        step=3,
        jacobian=True,
        cells=1000,
    )
    assert_worked_out(trace, by_hand, [*PASSES, "update"])
    loss, gradient = ax.loss_and_gradient(
        network,
        parameters,
        x,
        y,
        loss="cce",
        sample_weight=[1, 2, 3, 4, 5, 0.5],
        engine="reference",
    )
    assert trace.loss == pytest.approx(loss, rel=1e-12)
    found = trace.find("backward", 0, "∂L/∂W").array
    np.testing.assert_allclose(found, gradient["0.weight"], rtol=1e-12)


def test_a_row_that_wants_no_class_costs_nothing(by_hand):
    network, parameters, x, _y = deep()
    trace = ax.explain(network, parameters, x[:2], [[0.0, 0, 0], [0, 1, 0]], loss="cce")
    losses = trace.find("loss", None, "ℓ")
    assert losses.cells[0].working == (0,)
    assert_worked_out(trace, by_hand, PASSES)


@pytest.mark.parametrize("cell", [ax.RNNCell(2, "relu"), ax.GRUCell(2), ax.LSTMCell(2)], ids=str)
def test_masked_and_truncated_sequences_are_written(cell, by_hand):
    network = ax.Network(
        ax.Recurrent(cell, bidirectional=True, truncation=2),
        ax.LastStep(),
        ax.Dense(1),
        input_shape=(5, 3),
    )
    x = np.random.default_rng(0).normal(size=(2, 5, 3))
    mask = np.array([[True] * 5, [True, True, False, True, False]])
    trace = ax.explain(
        network, network.initialize(2, "float64"), x, [1, 2], loss="mse", mask=mask, cells=1000
    )
    assert_worked_out(trace, by_hand, PASSES)
    _loss, gradient = ax.loss_and_gradient(
        network, network.initialize(2, "float64"), x, [1, 2], loss="mse", mask=mask
    )
    for name, symbol in (("weight", "∂L/∂weight"), ("backward_bias", "∂L/∂backward_bias")):
        found = trace.find("backward", 0, symbol).array
        np.testing.assert_allclose(found, gradient[f"0.{name}"], rtol=1e-10, atol=1e-12)


def test_the_way_through_the_jacobian_ends_at_the_same_delta():
    network, parameters, x, y = deep()
    trace = ax.explain(network, parameters, x[:1], y[:1], loss="cce", jacobian=True)
    aside = next(step for step in trace.walk() if "Jacobian" in step.title)
    through, jacobian = aside.children[-1], aside.children[-2]
    assert jacobian.array.shape == (1, 3, 3)
    assert through.equation == "δ = J·∂ℓ/∂ŷ = ŷ − y"
    plain = [step for step in trace.walk() if step.equation == "δ = ŷ − y"]
    np.testing.assert_allclose(through.array, plain[0].array, atol=1e-15)
    without = ax.explain(network, parameters, x[:1], y[:1], loss="cce")
    assert not any("Jacobian" in step.title for step in without.walk())


@pytest.mark.parametrize(
    ("activation", "loss", "scale", "y", "right"),
    [
        ("softmax", "cce", 1, [[0, 1]], "ŷ − y"),
        ("softmax", "cce", 0.5, [[0, 1]], "0.5·(ŷ − y)"),
        ("softmax", "cce", 1, [[0.2, 0.2]], "ŷ·Σ y − y"),
        ("sigmoid", "bce", 1, [[0, 1]], "(ŷ − y)/n"),
        ("sigmoid", "bce", 3, [[0, 1]], "3·((ŷ − y)/n)"),
        ("exponential", "poisson", 1, [[0, 4]], "(ŷ − y)/n"),
    ],
)
def test_the_way_through_the_jacobian_says_what_comes_of_it(activation, loss, scale, y, right):
    network = ax.Network(ax.Dense(2, activation), input_shape=3)
    described = {"name": loss, "scale": scale}
    x, parameters = [[0.3, -1, 0.5]], network.initialize(3, "float64")
    trace = ax.explain(network, parameters, x, y, loss=described, jacobian=True)
    aside = next(step for step in trace.walk() if "Jacobian" in step.title)
    assert aside.title == f"Why δ = {right}, through the Jacobian"
    through = aside.children[-1]
    assert through.equation.endswith(f" = {right}")
    plain = [step for step in trace.walk() if step.equation == f"δ = {right}"]
    np.testing.assert_allclose(through.array, plain[0].array, rtol=1e-12)


def test_logits_that_overflow_a_probability_are_still_written():
    network = ax.Network(ax.Activation("softmax"), input_shape=2)
    parameters = network.initialize(dtype="float64")
    trace = ax.explain(network, parameters, [0.0, 1e4], 0, loss="cce", jacobian=True)
    assert trace.loss == 1e4
    assert "ℓ₁ = 10000" in lines_of(trace)


def test_training_drops_units_and_takes_the_statistics_of_the_batch():
    network = ax.Network(ax.BatchNorm(), ax.Dropout(0.5), ax.Dense(1), input_shape=6)
    parameters = network.initialize(dtype="float64")
    x, y = np.random.default_rng(0).normal(size=(4, 6)), np.zeros(4)
    settings = {"loss": "mse", "optimizer": "sgd", "seed": 3, "step": 5}
    trace = ax.explain(network, parameters, x, y, training=True, **settings)
    kept = trace.find("forward", 1, "r").array
    assert set(kept.ravel()) == {0, 2}
    np.testing.assert_allclose(trace.find("forward", 0, "μ").array, x.mean(axis=0))
    averages = {step.name: step for step in trace.walk() if "running" in step.name}
    np.testing.assert_allclose(averages["0.running_mean"].array, 0.1 * x.mean(axis=0))
    _, gradient = ax.loss_and_gradient(
        network, parameters, x, y, loss="mse", engine="reference", seed=3, step=5
    )
    np.testing.assert_array_equal(trace.find("backward", 2, "∂L/∂W").array, gradient["2.weight"])
    idle = ax.explain(network, parameters, x, y, **settings)
    with pytest.raises(UnknownNameError, match="symbol"):
        idle.find("forward", 1, "r")


def test_recurrent_layers_go_step_by_step_and_residual_blocks_show_what_is_within():
    network = ax.Network(
        ax.GRU(2, bidirectional=True),
        ax.LastStep(),
        ax.Residual(ax.Dense(4, "tanh")),
        ax.Dense(1),
        input_shape=(3, 2),
    )
    parameters = network.initialize(dtype="float64")
    trace = ax.explain(network, parameters, np.ones((3, 2)), 0.5, loss="mse")
    forward = {step.layer: step for step in trace.steps if step.kind == "forward"}
    backward = {step.layer: step for step in trace.steps if step.kind == "backward"}
    titles = [step.title for step in forward[0].children if step.title]
    assert titles == [f"position {n}" for n in (1, 2, 3, "3 ←", "2 ←", "1 ←")]
    titles = [step.title for step in backward[0].children if step.title]
    assert titles == [f"position {n}" for n in (3, 2, 1, "1 ←", "2 ←", "3 ←")]
    inner = [step.title for step in forward[2].walk() if step.title]
    assert inner == ["2 Residual", "0 Dense (tanh)"]
    assert [step.title for step in backward[2].walk() if step.title] == inner


def test_parameters_and_examples_are_left_as_they_were():
    network, parameters, x, y = deep()
    before, rows = parameters.copy(), x.copy()
    ax.explain(network, parameters, x, y, loss="cce", optimizer="adam")
    np.testing.assert_array_equal(before.vector, parameters.vector)
    np.testing.assert_array_equal(rows, x)


def test_the_precision_is_that_of_the_parameters():
    network, parameters, x, y = deep()
    narrow = parameters.astype("float32")
    trace = ax.explain(network, narrow, x, y, loss="cce", optimizer="adam", sample_weight=[2] * 6)
    computed = [step for step in trace.walk() if step.equation and step.array is not None]
    kinds = {step.array.dtype for step in computed if step.symbol != "L"}
    assert kinds == {np.dtype("float32")}
    loss, _gradient = ax.loss_and_gradient(network, narrow, x, y, loss="cce", engine="reference")
    assert trace.loss == pytest.approx(loss, rel=1e-6)


def test_what_does_not_fit_together_is_refused():
    network, parameters, x, y = deep()
    with pytest.raises(ConfigurationError, match="give loss='mse'"):
        ax.explain(network, parameters, x, y)
    with pytest.raises(ConfigurationError, match="give y and a loss"):
        ax.explain(network, parameters, x, loss="cce", optimizer="sgd")
    with pytest.raises(ShapeError, match="6 rows in X and 5 targets"):
        ax.explain(network, parameters, x, y[:5], loss="cce")
    linear = ax.Network(ax.Dense(3), input_shape=4)
    with pytest.raises(ConfigurationError, match="Cross-entropy compares probabilities"):
        ax.explain(linear, linear.initialize(), x, y, loss="cce")


@st.composite
def networks(draw):
    """Small networks of all kinds of layers, with examples and targets."""
    seed = draw(st.integers(0, 99))
    hidden = draw(
        st.lists(
            st.sampled_from(
                [
                    ax.Dense(3, "relu"),
                    ax.Dense(4, "gelu"),
                    ax.Dense(30, "tanh"),
                    ax.Activation("swish"),
                    ax.Dropout(0.3),
                    ax.BatchNorm(),
                    ax.LayerNorm(),
                    ax.GaussianNoise(0.1),
                    ax.Residual(ax.BatchNorm(), ax.Activation("elu")),
                ]
            ),
            max_size=4,
        )
    )
    inputs = draw(st.integers(1, 40))
    network = ax.Network(*hidden, ax.Dense(3, "softmax"), input_shape=inputs)
    random = np.random.default_rng(seed)
    rows = draw(st.integers(1, 5))
    x = random.normal(size=(rows, inputs)) * 10.0 ** draw(st.integers(-6, 9))
    return network, network.initialize(seed, "float64"), x, random.integers(0, 3, rows)


@given(networks(), st.booleans(), st.integers(1, 17), st.sampled_from(["sgd", "adam", "rmsprop"]))
def test_any_trace_fits_eighty_columns_and_survives_json(given_network, training, digits, rule):
    network, parameters, x, y = given_network
    trace = ax.explain(
        network, parameters, x, y, loss="cce", optimizer=rule, training=training, jacobian=True
    )
    assert max(map(len, as_text(trace, digits=digits).splitlines())) <= 80
    data = json.loads(json.dumps(trace.to_data(), allow_nan=False))
    again = ax.Trace.from_data(data)
    assert again.to_data() == trace.to_data()
    for old, new in zip(trace.walk(), again.walk(), strict=True):
        for name in ("array", "before"):
            was, is_now = getattr(old, name), getattr(new, name)
            assert (was is None) == (is_now is None)
            if was is not None:
                assert was.dtype == is_now.dtype
                np.testing.assert_array_equal(was, is_now)
        assert old.cells == new.cells


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {"steps": [{}], "rows": 1, "title": "", "loss": None, "loss_after": None, "format": ""},
        {
            "steps": [
                {"kind": "input", "array": {"shape": [2], "dtype": "object", "numbers": [1, 2]}}
            ],
            "rows": 1,
            "title": "",
            "loss": None,
            "loss_after": None,
            "format": "",
        },
        {
            "steps": [
                {"kind": "input", "array": {"shape": [1], "dtype": "int64", "numbers": [10**40]}}
            ],
            "rows": 1,
            "title": "",
            "loss": None,
            "loss_after": None,
            "format": "",
        },
        {"steps": [], "rows": float("inf"), "title": "", "loss": None, "loss_after": None}
        | {"format": ""},
        {"steps": [], "rows": 1, "title": "", "loss": 10**400, "loss_after": None, "format": ""},
    ],
    ids=lambda data: f"{data!s:.60}",
)
def test_what_is_no_trace_is_refused(data):
    with pytest.raises(ConfigurationError, match="This is no trace"):
        ax.Trace.from_data(data)
