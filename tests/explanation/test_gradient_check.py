"""Gradient checks: planted errors are found and located, right networks pass, kinks are told apart.

The errors are those that people make when they derive and write a backward pass; the right ones are
every layer, activation and loss that there is, held to PyTorch elsewhere.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.layers.test_every_layer import ROWS
from tests.models import NAMED_ACTIVATIONS

import axone as ax
from axone.activations import ActivationFunction
from axone.engines import NativeEngine
from axone.errors import ConfigurationError, DataError, ShapeError
from axone.layers import LAYERS, GRUCell
from axone.losses import LOSSES, Loss
from axone.losses.loss import per_row


class ForgottenFactor(ax.Dense):
    """∂L/∂b is averaged over the rows, though δ holds their shares already."""

    def _gradients(self, parameters, cache, delta, dy):
        gradients = super()._gradients(parameters, cache, delta, dy)
        return gradients | {"bias": gradients["bias"] / len(delta)}


class Transposed(ax.Dense):
    """∂L/∂x = δ·Wᵀ, which fits where the layer is square."""

    def backward(self, parameters, cache, dy):
        dx, gradients = super().backward(parameters, cache, dy)
        return (dx @ np.linalg.inv(parameters["weight"])) @ parameters["weight"].T, gradients


class TransposedGradient(ax.Dense):
    """∂L/∂W = (δᵀ·X)ᵀ, which fits nowhere."""

    def backward(self, parameters, cache, dy):
        dx, gradients = super().backward(parameters, cache, dy)
        return dx, gradients | {"weight": gradients["weight"].T}


class ForgottenArray(ax.Dense):
    def backward(self, parameters, cache, dy):
        dx, gradients = super().backward(parameters, cache, dy)
        return dx, {"weight": gradients["weight"]}


class MissingTerm(ax.BatchNorm):
    """∂L/∂x as if the mean of the batch did not depend on x."""

    def backward(self, parameters, cache, dy):
        dx, gradients = super().backward(parameters, cache, dy)
        scale = parameters["weight"] / cache.deviation
        pull = (scale * gradients["bias"]).reshape(1, -1, *[1] * (dy.ndim - 2))
        return dx + pull / (dy.size // dy.shape[1]), gradients


class TruncatedSum(ax.PositionwiseDense):
    """∂L/∂b leaves the last position out."""

    def backward(self, parameters, cache, dy):
        dx, gradients = super().backward(parameters, cache, dy)
        return dx, gradients | {"bias": gradients["bias"] - dy[:, -1].sum(axis=0)}


class TapOff(ax.Conv1D):
    """∂L/∂W of every tap is that of the tap before it."""

    def _gradients(self, parameters, cache, delta, dy):
        gradients = super()._gradients(parameters, cache, delta, dy)
        return gradients | {"weight": np.roll(gradients["weight"], 1, axis=-1)}


class OneEntry(ax.Dense):
    """Of a large ∂L/∂W a single entry is wrong, and it is none of the large ones."""

    def _gradients(self, parameters, cache, delta, dy):
        gradients = super()._gradients(parameters, cache, delta, dy)
        gradients["weight"][37, 21] *= 2
        return gradients


class AloneOnly(ax.Dense):
    """As the first layer it says something else than within a network."""

    def parameter_gradients(self, parameters, cache, dy):
        gradients = super().parameter_gradients(parameters, cache, dy)
        return gradients | {"bias": 2 * gradients["bias"]}


@dataclass(frozen=True)
class GateLeftOut(GRUCell):
    """∂L/∂h[t−1] forgets that the reset gate depends on it."""

    def step_back(self, parameters, cache, d_state):
        dx, (before,), gradients = super().step_back(parameters, cache, d_state)
        delta_r = self._deltas(cache, d_state)[0]
        return dx, (before - delta_r @ parameters["recurrent_weight"][: self.units],), gradients


@dataclass(frozen=True)
class WrongSignBelow(ActivationFunction):
    """A leaky rectifier whose slope below 0 has the wrong sign."""

    initializer = "he_normal"

    def value(self, z):
        return np.where(z > 0, z, 0.1 * z)

    def derivative(self, z, a):
        return np.where(z > 0, 1.0, -0.1)


@dataclass(frozen=True)
class SlopeAtZero(ActivationFunction):
    """A rectifier that is right but at 0, where its slope is 2."""

    def value(self, z):
        return np.maximum(z, 0)

    def derivative(self, z, a):
        return np.where(z > 0, 1.0, np.where(z == 0, 2.0, 0.0))


@dataclass(frozen=True)
class DeltaForGradient(Loss):
    """Cross-entropy that gives ŷ − y, the δ behind softmax, for ∂L/∂ŷ."""

    def rows(self, prediction, target):
        return -(target * np.log(prediction)).sum(axis=1)

    def row_gradients(self, prediction, target):
        return prediction - target


@dataclass(frozen=True)
class TwiceTheSlope(Loss):
    """Absolute errors whose slope is doubled: its kinks must not excuse it."""

    def rows(self, prediction, target):
        return per_row(np.abs(prediction - target))

    def row_gradients(self, prediction, target):
        return 2 * np.sign(prediction - target) / prediction[0:1].size


FLAT, SIGNAL, SEQUENCE = (3,), (2, 6), (5, 3)

PLANTED = {
    "a forgotten factor": (
        [ax.Dense(4, "tanh"), ForgottenFactor(4, "tanh"), ax.Dense(2)],
        FLAT,
        ["layer 1 (ForgottenFactor): ∂L/∂bias is wrong"],
    ),
    "a transposed product": (
        [ax.Dense(4, "tanh"), Transposed(4, "tanh"), ax.Dense(2)],
        FLAT,
        ["layer 1 (Transposed): ∂L/∂x is wrong"],
    ),
    "a transposed gradient that does not fit": (
        [ax.Dense(4, "tanh"), TransposedGradient(5), ax.Dense(2)],
        FLAT,
        ["layer 1 (TransposedGradient): ∂L/∂weight is wrong"],
    ),
    "an array without a gradient": (
        [ax.Dense(4, "tanh"), ForgottenArray(5), ax.Dense(2)],
        FLAT,
        ["layer 1 (ForgottenArray): ∂L/∂bias is wrong"],
    ),
    "batch norm without the term of its mean": (
        [ax.Dense(4), MissingTerm(), ax.Dense(2)],
        FLAT,
        ["layer 1 (MissingTerm): ∂L/∂x is wrong"],
    ),
    "a sum that ends too early": (
        [TruncatedSum(4), ax.LastStep(), ax.Dense(2)],
        SEQUENCE,
        ["layer 0 (TruncatedSum): ∂L/∂bias is wrong"],
    ),
    "a tap off by one": (
        [ax.Conv1D(3, 3, "tanh"), TapOff(2, 3, padding=1), ax.Flatten(), ax.Dense(2)],
        SIGNAL,
        ["layer 1 (TapOff): ∂L/∂weight is wrong"],
    ),
    "a gate left out": (
        [ax.Recurrent(GateLeftOut(3)), ax.LastStep(), ax.Dense(2)],
        SEQUENCE,
        [
            "layer 0 (Recurrent): ∂L/∂x, ∂L/∂weight, ∂L/∂recurrent_weight, ∂L/∂bias, "
            "∂L/∂recurrent_bias are wrong"
        ],
    ),
    "a wrong sign in one branch": (
        [ax.Dense(5, WrongSignBelow()), ax.Dense(2)],
        FLAT,
        ["the activation WrongSignBelow of layer 0 (Dense): ∂L/∂z is wrong"],
    ),
    "a slope at a kink that no side has": (
        [ax.Dense(5, SlopeAtZero()), ax.Dense(2)],
        FLAT,
        ["the activation SlopeAtZero of layer 0 (Dense): ∂L/∂z is wrong"],
    ),
    "a wrong layer within a block": (
        [ax.Dense(4), ax.Residual(ax.Dense(6, "tanh"), ForgottenFactor(4)), ax.Dense(2)],
        FLAT,
        ["layer 1 (Residual), within it layer 1 (ForgottenFactor): ∂L/∂bias is wrong"],
    ),
    "one entry of thousands": (
        [ax.Dense(64, "tanh"), OneEntry(64), ax.Dense(2)],
        FLAT,
        ["layer 1 (OneEntry): ∂L/∂weight is wrong"],
    ),
    "a first layer that says something else": (
        [AloneOnly(4, "tanh"), ax.Dense(2)],
        FLAT,
        ["layer 0 (AloneOnly): ∂L/∂bias is wrong"],
    ),
}


def blamed(check):
    return check.to_data()["culprits"]


@pytest.mark.parametrize("error", PLANTED)
def test_a_planted_error_is_found_and_located(error):
    layers, input_shape, culprits = PLANTED[error]
    check = ax.check_gradients(ax.Network(*layers, input_shape=input_shape), seed=1)
    assert check.verdict == "wrong"
    assert blamed(check) == culprits


def test_a_loss_with_the_wrong_delta_is_found_and_located():
    network = ax.Network(ax.Dense(4, "tanh"), ax.Dense(3, "softmax"), input_shape=3)
    y = np.eye(3)[[0, 1, 2, 0, 1, 2, 0, 1]]
    check = ax.check_gradients(network, y=y, loss=DeltaForGradient())
    assert check.verdict == "wrong"
    assert blamed(check) == ["the loss DeltaForGradient: ∂L/∂ŷ is wrong"]


def test_the_one_wrong_entry_of_thousands_is_named():
    layers, input_shape, _ = PLANTED["one entry of thousands"]
    check = ax.check_gradients(ax.Network(*layers, input_shape=input_shape), seed=1)
    (culprit,) = check.culprits
    worst = culprit.wrong[0].worst[0]
    assert worst.index == (37, 21)
    assert worst.analytic == pytest.approx(2 * worst.numeric)


DAMAGES = {
    "a factor": lambda g: 2 * g,
    "a small factor": lambda g: 1.001 * g,
    "a sign": lambda g: -g,
    "a part left out": lambda g: g * (np.arange(g.size).reshape(g.shape) % 3 > 0),
    "an order": lambda g: np.roll(g, 1, axis=-1),
    "one entry": lambda g: g * (1 + (np.arange(g.size) == np.abs(g).argmax()).reshape(g.shape)),
    "something added": lambda g: g + 0.01,
}


def damaged(layer, name, damage):
    """The layer with one of its gradients changed, and by how much it ever was."""
    changes = []

    class Damaged(type(layer)):
        def backward(self, parameters, cache, dy):
            dx, gradients = super().backward(parameters, cache, dy)
            right = dx if name == "x" else gradients[name]
            wrong = damage(right)
            changes.append(float(np.linalg.norm(wrong - right)))
            return (wrong, gradients) if name == "x" else (dx, gradients | {name: wrong})

        def parameter_gradients(self, parameters, cache, dy):
            return self.backward(parameters, cache, dy)[1]

    changed = object.__new__(Damaged)
    changed.__dict__.update(vars(layer))
    return changed, changes


CASES = [(layer, shape) for row in ROWS.values() for layer, shape in row.cases]


@given(data=st.data())
def test_whatever_is_done_to_a_gradient_of_any_layer_is_found_and_located(data):
    layer, shape = data.draw(st.sampled_from(CASES))
    specs = layer.parameters(shape)
    names = [spec.name for spec in specs if spec.trainable]
    name = data.draw(st.sampled_from([*names, *([] if layer.takes_tokens else ["x"])]))
    damage = data.draw(st.sampled_from(list(DAMAGES)))
    wrong, changes = damaged(layer, name, DAMAGES[damage])
    # Not the last layer, whose activation the loss would take over.
    network = ax.Network(wrong, ax.Flatten(), input_shape=shape)
    check = ax.check_gradients(network, loss="mse", seed=data.draw(st.integers(0, 99)), entries=8)
    assume(min(changes) > 1e-6)
    assert check.verdict == "wrong"
    assert f"layer 0 (Damaged): ∂L/∂{name} is wrong" in blamed(check)


@pytest.mark.parametrize("name", list(LAYERS))
def test_every_layer_of_the_table_comes_out_right(name):
    for layer, shape in ROWS[name].cases:
        network = ax.Network(layer, input_shape=shape)
        loss = None if "softmax" in repr(layer) else "mse"
        for seed in (0, 1):
            check = ax.check_gradients(network, loss=loss, seed=seed, entries=12)
            assert check.verdict == "right", f"{layer}\n{check}"


SUITED = {
    "mse": ("identity", "tanh", "relu"),
    "mae": ("identity", "leaky_relu"),
    "huber": ("identity", "softplus"),
    "quantile": ("identity", "elu"),
    "poisson": ("exponential", "softplus"),
    "binary_cross_entropy": ("sigmoid", "softmax"),
    "categorical_cross_entropy": ("softmax", "sigmoid"),
}
"""Output activations of every loss, one that is simpler together with it and one that is not."""


@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("activation", [*NAMED_ACTIVATIONS, "a*z*sigmoid(1.5*z), a=0.7"])
def test_every_activation_and_loss_comes_out_right(activation, loss):
    for output in SUITED[loss]:
        layers = ax.Dense(5, activation), ax.Dense(4, activation), ax.Dense(3, output)
        network = ax.Network(*layers, input_shape=3)
        parameters = network.initialize(2, "float64")
        parameters.vector[...] *= 0.5  # exponentials of exponentials stay within bounds
        check = ax.check_gradients(network, parameters, loss=loss, seed=2, entries=15)
        assert check.verdict == "right", str(check)


def network_of(draw):
    """A few layers upon one another: smooth ones, kinks, pools, masks of dropout, blocks."""
    kind = draw(st.sampled_from(["flat", "signal", "sequence"]))
    name = draw(st.sampled_from(["relu", "leaky_relu", "tanh", "gelu", "prelu", "selu"]))
    units = draw(st.integers(2, 6))
    if kind == "flat":
        choices = [
            ax.Dense(units, name),
            ax.BatchNorm(),
            ax.Dropout(0.4),
            ax.GaussianNoise(0.2),
            ax.Activation(name),
        ]
        layers = draw(st.lists(st.sampled_from(choices), max_size=4))
        return [*layers, ax.Dense(units, name)], (4,)
    if kind == "signal":
        block = ax.Residual(ax.Conv1D(3, 3, name, padding="same"), ax.BatchNorm())
        choices = [block, ax.ChannelDropout(0.3), ax.Activation(name), ax.BatchNorm()]
        layers = draw(st.lists(st.sampled_from(choices), max_size=3))
        pool = draw(st.sampled_from([ax.MaxPool(2), ax.AveragePool(2), ax.Upsample(2)]))
        return [ax.Conv1D(3, 3, name), *layers, pool, ax.GlobalPool("max")], (2, 9)
    choices = [ax.LayerNorm(), ax.Attention(1), ax.PositionalEncoding(), ax.GRU(3)]
    layers = draw(st.lists(st.sampled_from(choices), max_size=2))
    last = draw(st.sampled_from([ax.LSTM(units, last=True), ax.LastStep(), ax.Flatten()]))
    return [*layers, ax.PositionwiseDense(3, name), last], (5, 3)


@given(data=st.data())
def test_right_networks_are_never_called_wrong(data):
    layers, input_shape = network_of(data.draw)
    loss = data.draw(st.sampled_from(list(SUITED)))
    # Behind another activation cross-entropies cut probabilities at 1e-12, the loss alone.
    outputs = SUITED[loss][:1] if loss.endswith("cross_entropy") else SUITED[loss]
    output = data.draw(st.sampled_from(outputs))
    network = ax.Network(*layers, ax.Dense(3, output), input_shape=input_shape)
    check = ax.check_gradients(
        network,
        loss=loss,
        l1=data.draw(st.sampled_from([0.0, 0.1])),
        l2=data.draw(st.sampled_from([0.0, 0.5])),
        seed=data.draw(st.integers(0, 999)),
        entries=10,
    )
    assert check.verdict == "right", f"{network}\n{check}"


@pytest.mark.parametrize(("output", "loss"), [("softmax", "cce"), ("sigmoid", "bce")])
@pytest.mark.parametrize("scale", [10, 50, 100, 300])
def test_networks_that_are_sure_of_themselves_are_not_called_wrong(output, loss, scale):
    """Of their losses, 1e-10 perhaps, and of tiny gradients mostly rounding is left."""
    network = ax.Network(ax.Dense(16, "relu"), ax.Dense(3, output), input_shape=4)
    for seed in range(3):
        parameters = network.initialize(seed, "float64")
        parameters["1.weight"][...] *= scale
        X = np.random.default_rng(seed).normal(size=(8, 4))
        sure = network.predict(parameters, X)
        y = np.eye(3)[sure.argmax(axis=1)] if loss == "cce" else (sure > 0.5).astype(float)
        check = ax.check_gradients(network, parameters, X, y, loss=loss, seed=seed)
        assert check.verdict == "right", str(check)


@pytest.mark.parametrize("sureness", [18, 22, 26])
def test_where_a_difference_from_1_is_mostly_rounding_no_network_is_called_wrong(sureness):
    network = ax.Network(ax.Dense(2, "softmax"), input_shape=3)
    parameters = network.initialize(0, "float64")
    parameters["0.weight"][...] *= 0.1
    parameters["0.bias"][...] = [sureness, 0]
    # Binary cross-entropy takes ln(1 − p), where sigmoid would give it the logits.
    check = ax.check_gradients(network, parameters, y=np.eye(2)[[0] * 8], loss="bce")
    assert check.verdict == "right", str(check)


class TestKinks:
    def test_sums_of_exactly_0_before_a_rectifier(self):
        network = ax.Network(ax.Dense(6, "relu"), ax.Dense(6, "relu"), ax.Dense(2), input_shape=3)
        X = np.random.default_rng(0).normal(size=(6, 3))
        X[:3] = 0  # the biases begin at 0
        check = ax.check_gradients(network, X=X, loss="mse")
        assert check.verdict == "right", str(check)
        bias = next(t for t in check.engines[0].tensors if t.name == "0.bias")
        assert bias.kinks
        for entry in bias.kinks:
            assert abs(entry.left - entry.right) > 1e-3

    def test_equal_numbers_in_a_max_pool(self):
        network = ax.Network(ax.MaxPool(2), ax.Flatten(), ax.Dense(2), input_shape=(1, 6))
        check = ax.check_gradients(network, X=np.ones((3, 1, 6)), loss="mse")
        assert check.verdict == "right", str(check)
        assert check.kinks == 18

    @pytest.mark.parametrize("loss", ["mae", {"name": "quantile", "levels": 0.9}], ids=str)
    def test_errors_of_exactly_0(self, loss):
        network = ax.Network(ax.Dense(2), input_shape=3)
        parameters = network.initialize(0, "float64")
        X = np.random.default_rng(0).normal(size=(5, 3))
        y = network.predict(parameters, X)
        check = ax.check_gradients(network, parameters, X, y, loss=loss)
        assert check.verdict == "right", str(check)
        assert check.kinks > 0 or loss == "mae"  # sign(0) = 0 is the mean of both sides

    def test_where_the_slope_claimed_is_the_mean_of_both_sides_nothing_is_set_aside(self):
        network = ax.Network(ax.Dense(2), input_shape=3)
        parameters = network.initialize(0, "float64")
        parameters["0.weight"][0] = 0  # sign(0) = 0 of the penalty
        check = ax.check_gradients(network, parameters, l1=2.0)
        assert check.verdict == "right", str(check)
        assert check.kinks == 0

    def test_a_step_has_no_slope_and_is_never_wrong(self):
        network = ax.Network(ax.Dense(4, "heaviside"), ax.Dense(2), input_shape=3)
        assert ax.check_gradients(network, X=np.zeros((4, 3))).verdict == "right"

    @pytest.mark.parametrize("X", [np.zeros((5, 3)), np.eye(5, 3)], ids=["zeros", "mostly zeros"])
    @pytest.mark.parametrize("layer", [ForgottenFactor(4, "relu"), ax.Dense(4, WrongSignBelow())])
    def test_excuse_no_error(self, layer, X):
        network = ax.Network(layer, ax.Dense(2), input_shape=3)
        check = ax.check_gradients(network, X=X, loss="mse")
        assert check.verdict == "wrong"
        assert any("WrongSignBelow" in what or "ForgottenFactor" in what for what in blamed(check))

    def test_excuse_no_error_of_a_loss_that_is_at_its_kink_on_every_row(self):
        network = ax.Network(ax.Dense(2), input_shape=3)
        parameters = network.initialize(0, "float64")
        X = np.random.default_rng(0).normal(size=(5, 3))
        y = network.predict(parameters, X)
        check = ax.check_gradients(network, parameters, X, y, loss=TwiceTheSlope())
        assert blamed(check) == ["the loss TwiceTheSlope: ∂L/∂ŷ is wrong"]


class TestWhatIsChecked:
    NETWORK = ax.Network(ax.Dense(4, "tanh"), ax.Dense(3, "softmax"), input_shape=2)

    def test_both_engines_against_the_same_differences(self):
        check = ax.check_gradients(self.NETWORK)
        assert [engine.name for engine in check.engines] == ["reference", "native"]
        for engine in check.engines:
            assert all(tensor.relative_error < 1e-9 for tensor in engine.tensors)

    def test_an_engine_that_is_wrong_alone_is_named(self, monkeypatch):
        compiled = NativeEngine.compile

        def wrong(engine, recipe):
            plan = compiled(engine, recipe)
            right = plan.loss_and_gradient

            def loss_and_gradient(*batch):
                loss, gradient = right(*batch)
                gradient["1.bias"][...] *= 1.01
                return loss, gradient

            monkeypatch.setattr(plan, "loss_and_gradient", loss_and_gradient)
            return plan

        monkeypatch.setattr(NativeEngine, "compile", wrong)
        check = ax.check_gradients(self.NETWORK)
        assert [engine.verdict for engine in check.engines] == ["right", "wrong"]
        assert check.culprits == ()
        assert "Wrong: the gradient of 1.bias by the engine native" in str(check)

    def test_what_an_engine_cannot_do_is_told_and_no_failure(self):
        network = ax.Network(ForgottenArray(3), input_shape=2)
        check = ax.check_gradients(network)
        assert "ForgottenArray" in check.obstacles["native"]

    def test_masks_weights_penalties_and_a_trained_point(self):
        network = ax.Network(
            ax.Embedding(6, 3),
            ax.GRU(4, bidirectional=True, last=True),
            ax.Dropout(0.3),
            ax.Dense(2, "softmax"),
            input_shape=5,
        )
        random = np.random.default_rng(3)
        mask = np.arange(5) < np.array([[5], [2], [4], [1]])
        parameters = network.initialize(5)
        parameters.vector[...] += random.normal(0, 0.3, parameters.vector.shape)
        check = ax.check_gradients(
            network,
            parameters,
            random.integers(0, 6, (4, 5)),
            [0, 1, 1, 0],
            mask=mask,
            sample_weight=[1, 0, 2, 0.5],
            l2=0.3,
        )
        assert check.verdict == "right", str(check)
        # The vectors of tokens that no row holds have no gradient but the penalty's.
        assert check.engines[0].tensors[0].name == "0.weight"

    def test_a_truncated_layer_is_checked_whole_and_a_note_says_so(self):
        layers = ax.GRU(3, truncation=2), ax.LastStep(), ax.Dense(2)
        check = ax.check_gradients(ax.Network(*layers, input_shape=(6, 2)))
        assert check.verdict == "right", str(check)
        assert [note.code for note in check.notes] == ["truncation_left_out"]

    def test_the_same_seed_finds_the_same_numbers(self):
        network = ax.Network(ax.Dense(30, "relu"), ax.Dropout(0.5), ax.Dense(2), input_shape=9)
        first, again = (ax.check_gradients(network, seed=4, entries=7) for _ in range(2))
        assert first == again
        assert first != ax.check_gradients(network, seed=5, entries=7)

    def test_nothing_that_was_given_is_changed(self):
        network = ax.Network(ax.Dense(4, "relu"), ax.BatchNorm(), ax.Dense(2), input_shape=3)
        parameters = network.initialize(1, "float64")
        X, y = np.random.default_rng(0).normal(size=(2, 6, 3))
        before = [array.copy() for array in (parameters.vector, parameters.buffers, X, y)]
        ax.check_gradients(network, parameters, X, y[:, :2])
        for old, new in zip(before, (parameters.vector, parameters.buffers, X, y), strict=True):
            np.testing.assert_array_equal(old, new)

    def test_progress_rises_to_1(self):
        shares = []
        ax.check_gradients(self.NETWORK, on_progress=shares.append)
        assert shares == sorted(shares)
        assert shares[-1] == pytest.approx(1)

    def test_a_network_with_nothing_to_learn(self):
        network = ax.Network(ax.Flatten(), ax.Activation("tanh"), input_shape=(2, 2))
        check = ax.check_gradients(network, loss="mse")
        assert check.verdict == "right"
        assert [tensor.name for tensor in check.engines[0].tensors] == ["x"]


class TestRefusals:
    NETWORK = ax.Network(ax.Dense(2, "softmax"), input_shape=3)

    def test_targets_that_are_not_one_a_row(self):
        with pytest.raises(ShapeError, match="4 rows in X and 2 targets"):
            ax.check_gradients(self.NETWORK, X=np.zeros((4, 3)), y=[0, 1])

    def test_a_loss_that_is_not_finite(self):
        with pytest.raises(DataError, match="The loss of these rows is nan"):
            ax.check_gradients(self.NETWORK, X=np.full((2, 3), np.nan), y=[0, 1])

    def test_an_engine_that_there_is_not(self):
        with pytest.raises(ConfigurationError, match="engines must be one of 'reference', 'nat"):
            ax.check_gradients(self.NETWORK, engines=["auto"])

    def test_parameters_of_another_network(self):
        other = ax.Network(ax.Dense(5, "softmax"), input_shape=3).initialize()
        with pytest.raises(ShapeError, match="another network"):
            ax.check_gradients(self.NETWORK, other)

    @pytest.mark.parametrize("entries", [0, -1])
    def test_no_entries(self, entries):
        with pytest.raises(ConfigurationError, match="entries must be at least 1"):
            ax.check_gradients(self.NETWORK, entries=entries)


class TestReport:
    @pytest.mark.parametrize("error", PLANTED)
    def test_fits_in_eighty_columns(self, error):
        layers, input_shape, _ = PLANTED[error]
        text = str(ax.check_gradients(ax.Network(*layers, input_shape=input_shape), seed=1))
        assert max(map(len, text.splitlines())) <= 80
        assert "Wrong: " in text

    def test_of_a_right_network_ends_with_the_verdict(self):
        text = str(ax.check_gradients(TestWhatIsChecked.NETWORK))
        assert text.splitlines()[-1] == (
            "Right: backpropagation agrees with differences in 5 tensors and layer by layer."
        )


def test_a_network_that_no_engine_asked_for_can_run_is_checked_layer_by_layer():
    function = ax.PythonFunction(np.tanh, lambda z: 1 - np.tanh(z) ** 2)
    network = ax.Network(ax.Dense(3, function), ax.Dense(1), input_shape=2)
    check = ax.check_gradients(network, engines=["native"])
    assert (check.verdict, check.engines) == ("right", ())
    assert "native" in check.obstacles
    assert "no engine gave the gradient of the whole network" in str(check)
    assert ax.check_gradients(network, engines=[]).verdict == "right"


def test_a_target_of_one_row_may_be_a_number():
    check = ax.check_gradients(ax.Network(ax.Dense(1), input_shape=2), y=0.5, engines=["reference"])
    assert (check.verdict, check.rows) == ("right", 1)
