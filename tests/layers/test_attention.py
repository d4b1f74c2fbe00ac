"""Attention against PyTorch's, masks and causality included, and the transformer it makes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError, ShapeError
from axone.layers import LAYERS, PREDICTION, Context
from axone.layers.positional_encoding import sinusoids
from axone.layers.sequence import backward_through, forward_through

NAMES = ("query", "key", "value")


def theirs(torch, layer, arrays):
    """PyTorch's module, which keeps the three matrices of the input below one another."""
    features = len(arrays["query_bias"])
    module = torch.nn.MultiheadAttention(features, layer.heads, batch_first=True).double()
    packed = {
        "in_proj_weight": np.concatenate([arrays[f"{name}_weight"] for name in NAMES]),
        "in_proj_bias": np.concatenate([arrays[f"{name}_bias"] for name in NAMES]),
        "out_proj.weight": arrays["output_weight"],
        "out_proj.bias": arrays["output_bias"],
    }
    module.load_state_dict({name: torch.tensor(array) for name, array in packed.items()})
    return module


def gradients_of(module):
    found = {name: parameter.grad.numpy() for name, parameter in module.named_parameters()}
    weights, biases = (np.split(found[f"in_proj_{kind}"], 3) for kind in ("weight", "bias"))
    return {
        **{f"{name}_weight": weight for name, weight in zip(NAMES, weights, strict=True)},
        **{f"{name}_bias": bias for name, bias in zip(NAMES, biases, strict=True)},
        "output_weight": found["out_proj.weight"],
        "output_bias": found["out_proj.bias"],
    }


@pytest.mark.parametrize("causal", [False, True], ids=["all", "causal"])
@pytest.mark.parametrize("heads", [1, 2, 6])
@given(lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4), seed=st.integers(0, 2**32 - 1))
def test_it_agrees_with_multi_head_attention_of_pytorch(
    causal, heads, lengths, seed, torch, arrays_of
):
    random = np.random.default_rng(seed)
    layer, length = ax.Attention(heads, causal), max(lengths)
    x = random.normal(size=(len(lengths), length, 6))
    mask = np.arange(length) < np.array(lengths)[:, None]
    arrays = arrays_of(layer, (length, 6), seed).by_layer[0]
    dy = random.normal(size=x.shape) * mask[:, :, None]

    module, tensor = theirs(torch, layer, arrays), torch.tensor(x, requires_grad=True)
    later = torch.tensor(~np.tril(np.ones((length, length), bool))) if causal else None
    wanted, weights = module(
        tensor,
        tensor,
        tensor,
        key_padding_mask=torch.tensor(~mask),
        attn_mask=later,
        average_attn_weights=False,
    )
    wanted.backward(torch.tensor(dy))

    y, cache = layer.forward(arrays, x, Context(mask=mask))
    np.testing.assert_allclose(y[mask], wanted.detach().numpy()[mask], atol=1e-12)
    looked = cache.weights.swapaxes(1, 2)[mask]
    np.testing.assert_allclose(looked, weights.detach().numpy().swapaxes(1, 2)[mask], atol=1e-12)
    dx, gradients = layer.backward(arrays, cache, dy)
    np.testing.assert_allclose(dx, tensor.grad.numpy(), atol=1e-12)
    expected = gradients_of(module)
    assert set(gradients) == set(expected)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, expected[name], atol=1e-11)


def test_nobody_looks_at_what_comes_later(arrays_of):
    layer = ax.Attention(2, causal=True)
    arrays = arrays_of(layer, (5, 4), 0).by_layer[0]
    x = np.random.default_rng(0).normal(size=(2, 5, 4))
    other = x.copy()
    other[:, 3:] = 7
    first, second = (layer.forward(arrays, each, PREDICTION)[0] for each in (x, other))
    np.testing.assert_array_equal(first[:, :3], second[:, :3])
    assert not np.allclose(first[:, 3:], second[:, 3:])


def test_a_position_that_is_not_there_looks_at_nothing(arrays_of):
    layer = ax.Attention(1, causal=True)
    arrays = arrays_of(layer, (3, 2), 0).by_layer[0]
    mask = np.array([[False, True, True]])
    y, cache = layer.forward(arrays, np.ones((1, 3, 2)), Context(mask=mask))
    np.testing.assert_array_equal(cache.weights[0, 0, 0], 0)
    np.testing.assert_array_equal(y[0, 0], arrays["output_bias"])
    np.testing.assert_allclose(cache.weights.sum(axis=-1), [[[0, 1, 1]]])


def test_scores_far_out_stay_finite():
    layer = ax.Attention(1)
    arrays = {
        name.removeprefix("0."): np.full(shape, 1e4)
        for name, shape in ax.Network(layer, input_shape=(3, 2)).layout.shapes.items()
    }
    x = np.random.default_rng(0).normal(size=(2, 3, 2))
    y, cache = layer.forward(arrays, x, PREDICTION)
    dx, gradients = layer.backward(arrays, cache, np.ones_like(y))
    assert all(np.isfinite(array).all() for array in (y, dx, *gradients.values()))


def test_every_step_is_traced_under_its_name():
    network = ax.Network(ax.Attention(2), input_shape=(3, 4))
    parameters = network.initialize(0, "float64")
    x, dy = np.random.default_rng(0).normal(size=(2, 2, 3, 4))
    (trace,) = network.trace(parameters, x, dy)
    assert [step.symbol for step in trace.forward] == ["Q", "K", "V", "S", "A", "Z", "y"]
    scores = trace["Q"] @ trace["K"].swapaxes(2, 3) / np.sqrt(2)
    powers = np.exp(scores)
    np.testing.assert_allclose(trace["A"], powers / powers.sum(axis=3, keepdims=True))
    np.testing.assert_allclose(trace["Z"], trace["A"] @ trace["V"])
    np.testing.assert_allclose(trace["∂L/∂V"], trace["A"].swapaxes(2, 3) @ trace["∂L/∂Z"])
    np.testing.assert_allclose(trace["∂L/∂S"].sum(axis=3), 0, atol=1e-15)
    assert trace["∂L/∂W_K"].shape == (4, 4)


class TestPositionalEncoding:
    def test_its_waves_are_those_of_the_paper(self):
        waves = sinusoids(50, 6)
        for position, feature in [(0, 0), (0, 1), (7, 2), (7, 3), (49, 4), (49, 5)]:
            angle = position / 10000 ** (2 * (feature // 2) / 6)
            wave = np.sin(angle) if feature % 2 == 0 else np.cos(angle)
            assert waves[position, feature] == pytest.approx(wave, abs=1e-15)
        assert sinusoids(3, 5).shape == (3, 5)

    def test_it_agrees_with_the_recipe_of_pytorchs_tutorial(self, torch):
        position = torch.arange(20).unsqueeze(1)
        scale = torch.exp(torch.arange(0, 8, 2) * (-np.log(10000.0) / 8))
        waves = torch.zeros(20, 8)
        waves[:, 0::2] = torch.sin(position * scale)
        waves[:, 1::2] = torch.cos(position * scale)
        ours = ax.PositionalEncoding().forward({}, np.zeros((1, 20, 8)), PREDICTION)[0][0]
        np.testing.assert_allclose(ours, waves.numpy(), atol=1e-5)

    def test_attention_alone_does_not_know_the_order_of_positions(self, arrays_of):
        layer = ax.Attention(2)
        arrays = arrays_of(layer, (4, 6), 0).by_layer[0]
        x = np.random.default_rng(0).normal(size=(1, 4, 6))
        turned = layer.forward(arrays, x[:, ::-1], PREDICTION)[0][:, ::-1]
        np.testing.assert_allclose(layer.forward(arrays, x, PREDICTION)[0], turned, atol=1e-14)
        encoded = ax.PositionalEncoding().forward({}, x, PREDICTION)[0]
        turned = ax.PositionalEncoding().forward({}, x[:, ::-1], PREDICTION)[0][:, ::-1]
        assert not np.allclose(encoded, turned)


class TestPositionwiseDense:
    def test_it_is_dense_at_every_position(self, arrays_of):
        layer, dense = ax.PositionwiseDense(3, "softmax"), ax.Dense(3, "softmax")
        arrays = arrays_of(dense, (2,), 0).by_layer[0]
        x = np.random.default_rng(0).normal(size=(4, 5, 2))
        y, _ = layer.forward(arrays, x, PREDICTION)
        for position in range(5):
            alone, _ = dense.forward(arrays, x[:, position], PREDICTION)
            np.testing.assert_allclose(y[:, position], alone, rtol=1e-14)
        assert layer.parameters((5, 2)) == dense.parameters((2,))

    def test_dead_units_are_told(self):
        layer = ax.PositionwiseDense(2, "relu")
        arrays = {"weight": np.array([[1.0], [-1.0]]), "bias": np.zeros(2)}
        _, cache = layer.forward(arrays, np.ones((2, 3, 1)), PREDICTION)
        assert layer.dead_share(cache) == 0.5

    def test_it_is_traced_position_by_position(self):
        network = ax.Network(ax.PositionwiseDense(2, "relu"), input_shape=(3, 4))
        parameters = network.initialize(0, "float64")
        (trace,) = network.trace(parameters, np.ones((5, 3, 4)), np.ones((5, 3, 2)))
        assert [step.symbol for step in trace.forward] == ["z", "a"]
        shapes = [step.array.shape for step in trace.backward]
        assert shapes == [(5, 3, 2), (2, 4), (2,), (5, 3, 4)]


def transformer(causal=False, classes=3):
    """Two pre-norm blocks (Xiong et al. 2020), the last position's features to classes."""
    blocks = [
        block
        for _ in range(2)
        for block in (
            ax.Residual(ax.LayerNorm(), ax.Attention(2, causal), ax.Dropout(0.1)),
            ax.Residual(ax.RMSNorm(), ax.PositionwiseDense(16, "gelu"), ax.PositionwiseDense(8)),
        )
    ]
    return ax.Network(
        ax.Embedding(7, 8),
        ax.PositionalEncoding(),
        *blocks,
        ax.LayerNorm(),
        ax.LastStep(),
        ax.Dense(classes, "softmax"),
        input_shape=6,
    )


class TestATransformer:
    @pytest.mark.parametrize("causal", [False, True])
    def test_its_gradients_agree_with_differences_under_masks(
        self, causal, numeric_gradient, relative_error
    ):
        network = transformer(causal)
        parameters = network.initialize(1, "float64")
        random = np.random.default_rng(0)
        X = random.integers(0, 7, (4, 6))
        mask = np.arange(6) < np.array([[6], [1], [3], [4]])
        context = Context(mask=mask)
        y, caches = forward_through(network.layers, parameters.by_layer, X, context)
        weights = random.normal(size=y.shape)

        def total():
            passed = forward_through(network.layers, parameters.by_layer, X, context)
            return float((weights * passed[0]).sum())

        _, gradients = backward_through(network.layers, parameters.by_layer, caches, weights)
        analytic = parameters.zeros_like()
        for position, arrays in enumerate(gradients):
            for name, gradient in arrays.items():
                analytic[f"{position}.{name}"][...] = gradient
        assert relative_error(analytic.vector, numeric_gradient(total, parameters.vector)) <= 1e-7

    def test_what_is_not_there_changes_nothing(self):
        network = transformer()
        parameters = network.initialize(1)
        random = np.random.default_rng(0)
        X, mask = random.integers(0, 7, (3, 6)), np.arange(6) < np.array([[2], [6], [3]])
        other = np.where(mask, X, 6 - X)
        first, second = (network.predict(parameters, rows, mask) for rows in (X, other))
        np.testing.assert_array_equal(first, second)

    def test_it_learns_which_token_came_first(self):
        """The whole sequence must be looked at from its last position."""
        random = np.random.default_rng(0)
        X = random.integers(0, 7, (300, 6))
        y = X[:, 0] % 3
        lengths = random.integers(3, 7, 300)
        rows = ax.Examples(X, y, mask=np.arange(6) < lengths[:, None])
        trainer = ax.Trainer(
            transformer(), loss="cce", optimizer=ax.Adam(0.01), engine="reference", batch_size=30
        )
        result = trainer.fit(rows, rows, max_epochs=15)
        assert result.history["validation_accuracy"][result.best_epoch - 1] > 0.95

    def test_it_is_written_as_data_and_read_back(self):
        network = transformer(causal=True)
        assert ax.Network.from_data(network.to_data()) == network
        assert LAYERS.to_data(ax.Attention(2)) == {"name": "attention", "heads": 2}


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: ax.Attention(0), ConfigurationError, "heads must be at least 1, not 0"),
        (lambda: ax.Attention(1.5), ArgumentTypeError, "heads must be a whole number"),
        (lambda: ax.Attention(1, "no"), ArgumentTypeError, "causal must be true or false"),
        (
            lambda: ax.Network(ax.Attention(3), input_shape=(5, 8)),
            ShapeError,
            r"Layer 0 \(Attention\): 3 heads do not divide 8 features.*PositionwiseDense\(\)",
        ),
        (
            lambda: ax.Network(ax.Dropout(0.1), ax.Attention(1), input_shape=(2, 3, 4)),
            ShapeError,
            r"Layer 1 \(Attention\): .*\(length, features\), not.*\(2, 3, 4\): put.*Transpose\(\)",
        ),
        (
            lambda: ax.Network(ax.PositionalEncoding(), input_shape=5),
            ShapeError,
            r"Layer 0 \(PositionalEncoding\): .*not examples of shape \(5,\): put Embedding\(\)",
        ),
        (
            lambda: ax.Network(ax.PositionwiseDense(3), input_shape=5),
            ShapeError,
            r"Layer 0 \(PositionwiseDense\): .*shape \(5,\): take Dense\(\) for features",
        ),
        (
            lambda: LAYERS.resolve({"name": "positionwise_dense", "units": 0}),
            ConfigurationError,
            "layer 'positionwise_dense': units must be at least 1",
        ),
        (
            lambda: ax.Network(ax.Attention(1), ax.LastStep(), input_shape=(3, 2)).predict(
                ax.Network(ax.Attention(1), input_shape=(3, 2)).initialize(),
                np.zeros((2, 3, 2)),
                np.ones((2, 2), bool),
            ),
            ShapeError,
            r"Layer 0 \(Attention\): it reads 2 rows of 3 positions",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()
