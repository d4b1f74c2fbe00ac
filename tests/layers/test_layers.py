"""Layers one by one: what is theirs alone, and what they refuse.

What is asked of all of them, gradients first, is in `test_every_layer.py`.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.models import NAMED_ACTIVATIONS

import axone as ax
from axone.activations import ACTIVATIONS, ActivationFunction, Identity, Sigmoid
from axone.errors import ArgumentTypeError, ConfigurationError, ShapeError, UnknownNameError
from axone.initializers import INITIALIZERS
from axone.layers import LAYERS, PREDICTION, Context
from axone.layers.sequence import backward_through, forward_through, trace_through
from axone.random import RandomStream


@pytest.mark.parametrize("activation", NAMED_ACTIVATIONS)
@given(units=st.integers(1, 4), inputs=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_dense_with_every_activation_agrees_with_differences(
    activation, units, inputs, seed, numeric_gradient, relative_error, arrays_of
):
    layer = ax.Dense(units, activation)
    parameters = arrays_of(layer, (inputs,), seed)
    arrays = parameters.by_layer[0]
    x = np.random.default_rng(seed).uniform(-1, 1, (3, inputs))
    # A large bias of either sign keeps every pre-activation away from the kink at zero.
    arrays["weight"] /= max(1.0, np.abs(arrays["weight"]).sum())
    arrays["bias"][...] = np.resize([1.5, -1.5], units)
    y, cache = layer.forward(arrays, x, PREDICTION)
    weights = np.random.default_rng(seed).uniform(0.5, 1.5, y.shape) * np.resize([1, -1], units)
    _, gradients = layer.backward(arrays, cache, weights)
    analytic = parameters.zeros_like()
    for name, array in gradients.items():
        analytic[f"0.{name}"][...] = array
    numeric = numeric_gradient(
        lambda: float((weights * layer.forward(arrays, x, PREDICTION)[0]).sum()), parameters.vector
    )
    if activation == "softmax" and units == 1:
        np.testing.assert_allclose([analytic.vector, numeric], 0, atol=1e-9)
    else:
        assert relative_error(analytic.vector, numeric) <= 1e-7


class TestBatchNorm:
    def test_it_agrees_with_pytorch_but_for_the_biased_running_variance(self, torch, arrays_of):
        random, rows, steps = np.random.default_rng(0), 8, 5
        theirs = torch.nn.BatchNorm1d(3, momentum=0.1, dtype=torch.float64)
        layer, parameters = ax.BatchNorm(), arrays_of(ax.BatchNorm(), (3,), 0)
        arrays = parameters.by_layer[0]
        arrays["running_mean"][...], arrays["running_variance"][...] = 0, 1
        with torch.no_grad():
            theirs.weight.copy_(torch.tensor(arrays["weight"]))
            theirs.bias.copy_(torch.tensor(arrays["bias"]))
        for _ in range(steps):
            x, dy = random.normal(2, 3, (2, rows, 3))
            tensor = torch.tensor(x, requires_grad=True)
            theirs.zero_grad()
            wanted = theirs(tensor)
            wanted.backward(torch.tensor(dy))
            y, cache = layer.forward(arrays, x, Context(training=True))
            dx, gradients = layer.backward(arrays, cache, dy)
            np.testing.assert_allclose(y, wanted.detach().numpy(), atol=1e-12)
            np.testing.assert_allclose(dx, tensor.grad.numpy(), atol=1e-12)
            np.testing.assert_allclose(gradients["weight"], theirs.weight.grad.numpy(), atol=1e-12)
            np.testing.assert_allclose(gradients["bias"], theirs.bias.grad.numpy(), atol=1e-12)
            for name, array in layer.updated_buffers(arrays, cache).items():
                arrays[name][...] = array
        np.testing.assert_allclose(arrays["running_mean"], theirs.running_mean.numpy(), atol=1e-12)
        # PyTorch averages s²·m/(m − 1); what is left of the initial 1 is alike in both.
        left = 0.9**steps
        unbiased = left + (arrays["running_variance"] - left) * rows / (rows - 1)
        np.testing.assert_allclose(unbiased, theirs.running_var.numpy(), rtol=1e-12)
        theirs.running_var.copy_(torch.tensor(arrays["running_variance"]))
        theirs.eval()
        y, _ = layer.forward(arrays, x, PREDICTION)
        np.testing.assert_allclose(y, theirs(torch.tensor(x)).detach().numpy(), atol=1e-12)

    @pytest.mark.parametrize("shape", [(4,), (3, 5), (2, 3, 4)])
    def test_every_channel_comes_out_with_mean_zero_and_variance_one(self, shape):
        x = np.random.default_rng(0).normal(5, 4, (64, *shape))
        arrays = ax.Network(ax.BatchNorm(), input_shape=shape).initialize(0, "float64").by_layer[0]
        y, _ = ax.BatchNorm(epsilon=1e-12).forward(arrays, x, Context(training=True))
        axes = (0, *range(2, y.ndim))
        np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-12)
        np.testing.assert_allclose(y.var(axis=axes), 1, rtol=1e-9)

    def test_a_feature_that_does_not_vary_gives_its_bias(self):
        arrays = ax.Network(ax.BatchNorm(), input_shape=1).initialize(0, "float64").by_layer[0]
        arrays["bias"][...] = 3
        y, _ = ax.BatchNorm().forward(arrays, np.full((4, 1), 7.0), Context(training=True))
        assert y.tolist() == [[3.0]] * 4

    def test_an_example_without_features_is_refused(self):
        with pytest.raises(ShapeError, match="BatchNorm needs examples with at least one feature"):
            ax.BatchNorm().output_shape(())

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"momentum": 1}, "momentum must be at least 0 and less than 1, not 1"),
            ({"epsilon": 0}, "epsilon must be greater than 0, not 0"),
        ],
    )
    def test_wrong_settings_are_refused(self, settings, message):
        with pytest.raises(ConfigurationError, match=message):
            ax.BatchNorm(**settings)


class TestLayerNorm:
    def test_every_position_comes_out_with_mean_zero_and_variance_one(self):
        x = np.random.default_rng(0).normal(5, 4, (3, 6, 64))
        layer = ax.LayerNorm(epsilon=1e-12)
        arrays = ax.Network(layer, input_shape=(6, 64)).initialize(0, "float64").by_layer[0]
        y, _ = layer.forward(arrays, x, PREDICTION)
        np.testing.assert_allclose(y.mean(axis=-1), 0, atol=1e-12)
        np.testing.assert_allclose(y.var(axis=-1), 1, rtol=1e-9)

    @pytest.mark.parametrize("shape", [(), (2, 3, 4)])
    def test_examples_without_features_and_images_are_refused(self, shape):
        with pytest.raises(ShapeError, match=r"LayerNorm reads features or sequences.*Flatten\(\)"):
            ax.LayerNorm().output_shape(shape)

    def test_an_epsilon_of_zero_is_refused(self):
        with pytest.raises(ConfigurationError, match="epsilon must be greater than 0, not 0"):
            ax.LayerNorm(0)


class TestRMSNorm:
    def test_every_position_comes_out_with_a_root_mean_square_of_one(self):
        x = np.random.default_rng(0).normal(5, 4, (3, 6, 64))
        layer = ax.RMSNorm(epsilon=1e-12)
        arrays = ax.Network(layer, input_shape=(6, 64)).initialize(0, "float64").by_layer[0]
        y, _ = layer.forward(arrays, x, PREDICTION)
        np.testing.assert_allclose(np.sqrt((y**2).mean(axis=-1)), 1, rtol=1e-9)

    def test_what_it_cannot_normalise_is_refused(self):
        with pytest.raises(ShapeError, match=r"RMSNorm reads features or sequences.*Flatten\(\)"):
            ax.RMSNorm().output_shape((2, 3, 4))
        with pytest.raises(ConfigurationError, match="epsilon must be greater than 0, not 0"):
            ax.RMSNorm(0)


class TestNoise:
    @given(rate=st.floats(0, 0.95), seed=st.integers(0, 2**32 - 1))
    def test_dropout_drops_or_scales_each_cell_and_passes_gradients_through_the_same_mask(
        self, rate, seed
    ):
        x = np.ones((8, 5))
        context = Context(training=True, random=RandomStream.from_seed(seed))
        y, cache = ax.Dropout(rate).forward({}, x, context)
        dx, _ = ax.Dropout(rate).backward({}, cache, np.ones_like(x))
        np.testing.assert_array_equal(dx, y)
        kept = y != 0
        np.testing.assert_allclose(y[kept], 1 / (1 - rate))

    def test_the_mean_survives_dropout(self):
        context = Context(training=True, random=RandomStream.from_seed(3))
        y, _ = ax.Dropout(0.3).forward({}, np.ones((500, 200)), context)
        assert y.mean() == pytest.approx(1, abs=0.01)

    @pytest.mark.parametrize("layer", [ax.Dropout(0.5), ax.GaussianNoise(2.0)])
    def test_nothing_random_happens_at_prediction(self, layer):
        x = np.arange(6.0).reshape(2, 3)
        assert layer.forward({}, x, PREDICTION)[0] is x
        random = RandomStream.from_seed(0)
        assert layer.forward({}, x, Context(training=False, random=random))[0] is x

    def test_noise_has_the_asked_standard_deviation(self):
        context = Context(training=True, random=RandomStream.from_seed(3))
        y, _ = ax.GaussianNoise(0.7).forward({}, np.full((300, 300), 2.0), context)
        assert (y.mean(), y.std()) == pytest.approx((2, 0.7), abs=0.01)

    def test_each_layer_of_a_network_has_noise_of_its_own(self):
        context = Context(training=True, random=RandomStream.from_seed(3))
        x = np.ones((4, 8))
        first, second = ax.Dropout(0.5), ax.Dropout(0.5)
        _, caches = forward_through([first, second], [{}, {}], x, context)
        assert not np.array_equal(*caches)

    @pytest.mark.parametrize(
        ("layer", "random"),
        [
            (ax.Dropout(0.1), True),
            (ax.Dropout(0), False),
            (ax.GaussianNoise(0.1), True),
            (ax.GaussianNoise(0), False),
            (ax.Dense(2), False),
            (ax.Residual(ax.Dense(2), ax.Dropout(0.1)), True),
            (ax.Residual(ax.Dense(2)), False),
        ],
    )
    def test_a_layer_says_whether_it_is_random(self, layer, random):
        assert layer.is_random is random

    @pytest.mark.parametrize("rate", [-0.1, 1, 1.5, float("nan")])
    def test_a_rate_that_is_no_probability_below_one_is_refused(self, rate):
        with pytest.raises(ConfigurationError, match="rate must be at least 0 and less than 1"):
            ax.Dropout(rate)

    def test_a_negative_standard_deviation_is_refused(self):
        with pytest.raises(ConfigurationError, match=r"standard_deviation must be at least 0.*-1"):
            ax.GaussianNoise(-1)


class TestChannelDropout:
    @pytest.mark.parametrize("shape", [(6, 4), (6, 3, 2)])
    def test_a_channel_is_dropped_whole_or_scaled(self, shape):
        context = Context(training=True, random=RandomStream.from_seed(3))
        y, _ = ax.ChannelDropout(0.25).forward({}, np.ones((200, *shape)), context)
        of_channels = y.reshape(200, 6, -1)
        np.testing.assert_array_equal(
            of_channels, of_channels[:, :, :1] * np.ones_like(of_channels)
        )
        assert set(np.round(np.unique(y), 12)) == {0, round(4 / 3, 12)}
        assert y.mean() == pytest.approx(1, abs=0.05)

    def test_nothing_random_happens_at_prediction(self):
        x = np.arange(6.0).reshape(1, 2, 3)
        assert ax.ChannelDropout(0.5).forward({}, x, PREDICTION)[0] is x
        assert not ax.ChannelDropout(0).is_random

    def test_what_it_cannot_drop_is_refused(self):
        with pytest.raises(ShapeError, match=r"not of examples of shape \(3,\): take Dropout"):
            ax.ChannelDropout(0.1).output_shape((3,))
        with pytest.raises(ConfigurationError, match="rate must be at least 0 and less than 1"):
            ax.ChannelDropout(1)


class TestDense:
    def test_the_weights_start_as_the_activation_wants_them(self):
        for activation, initializer in [
            ("relu", "he_normal"),
            ("tanh", "glorot_uniform"),
            ("sigmoid", "glorot_uniform"),
            ("softmax", "glorot_uniform"),
            ("identity", "glorot_uniform"),
            ("selu", "lecun_normal"),
        ]:
            weight, bias = ax.Dense(3, activation).parameters((4,))
            assert weight.initializer == INITIALIZERS.resolve(initializer)
            assert bias.initializer == INITIALIZERS.resolve("zeros")
            assert (weight.penalised, bias.penalised) == (True, False)
            body, function = ax.Dense(3, activation).split_activation()
            assert function == ACTIVATIONS.resolve(activation)
            assert body.parameters((4,))[0].initializer == weight.initializer

    def test_a_learned_activation_stays_with_its_layer(self):
        for layer in (ax.Dense(2, "prelu"), ax.Activation("prelu")):
            assert layer.split_activation() == (layer, Identity())
            assert layer.parameters((3,))[-1].name == "alpha"

    def test_an_activation_layer_hands_its_function_to_the_loss(self):
        assert ax.Activation("sigmoid").split_activation() == (
            ax.Activation("identity"),
            Sigmoid(),
        )

    def test_chosen_initializers_are_used(self):
        layer = ax.Dense(
            2, "relu", initializer="zeros", bias_initializer={"name": "constant", "value": 3}
        )
        with pytest.warns(UserWarning, match="alike"):
            parameters = ax.Network(layer, input_shape=2).initialize(0)
        assert parameters["0.weight"].tolist() == [[0, 0], [0, 0]]
        assert parameters["0.bias"].tolist() == [3, 3]

    def test_an_object_of_a_class_of_ones_own_serves_as_activation(self):
        class Square(ActivationFunction):
            def value(self, z):
                return z * z

            def derivative(self, z, a):
                return 2 * z

        layer = ax.Dense(1, Square())
        arrays = {"weight": np.array([[3.0]]), "bias": np.array([1.0])}
        y, cache = layer.forward(arrays, np.array([[1.0]]), PREDICTION)
        dx, gradients = layer.backward(arrays, cache, np.ones_like(y))
        assert (y.item(), dx.item()) == (16, 24)
        assert {name: array.item() for name, array in gradients.items()} == {
            "weight": 8,
            "bias": 8,
        }

    def test_examples_that_are_not_flat_are_refused_with_the_remedy(self):
        with pytest.raises(ShapeError, match=r"Layer 1 \(Dense\).*\(2, 3\).*put Flatten\(\)"):
            ax.Network(ax.Dropout(0.1), ax.Dense(3), input_shape=(2, 3))

    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"units": 0}, ConfigurationError, "units must be at least 1, not 0"),
            ({"units": 2.0}, ArgumentTypeError, r"units must be a whole number, not 2\.0"),
            ({"units": True}, ArgumentTypeError, "units must be a whole number, not True"),
            ({"units": 2, "activation": "rleu"}, UnknownNameError, "Did you mean 'relu'"),
            ({"units": 2, "initializer": "hee"}, UnknownNameError, "unknown initializer 'hee'"),
            ({"units": 2, "activation": 3}, ArgumentTypeError, "activation must be a name"),
            ({"units": 2, "activation": ax.SGD()}, ArgumentTypeError, "activation must be a name"),
            ({"units": 2, "activation": Sigmoid}, ArgumentTypeError, "not <class"),
        ],
    )
    def test_wrong_settings_are_refused(self, settings, error, message):
        with pytest.raises(error, match=message):
            ax.Dense(**settings)


class TestShapes:
    def test_flatten_lets_the_last_axis_vary_fastest(self):
        x = np.arange(12).reshape(2, 2, 3)
        y, shape = ax.Flatten().forward({}, x, PREDICTION)
        assert y.tolist() == [list(range(6)), list(range(6, 12))]
        assert ax.Flatten().backward({}, shape, y)[0].tolist() == x.tolist()

    def test_reshape_takes_any_kind_of_shape(self):
        assert ax.Reshape([2, 3]) == ax.Reshape((np.int64(2), 3))
        assert ax.Reshape(6).shape == (6,)

    def test_a_shape_of_other_size_is_refused(self):
        with pytest.raises(ShapeError, match=r"\(4,\) needs 4 numbers.*\(2, 3\) has 6"):
            ax.Network(ax.Reshape(4), input_shape=(2, 3))

    @pytest.mark.parametrize("shape", [(2, 0), -1, (2, 1.5), "ab"])
    def test_a_shape_that_is_none_is_refused(self, shape):
        with pytest.raises((ConfigurationError, ArgumentTypeError), match="shape must be"):
            ax.Reshape(shape)


class TestTranspose:
    def test_signals_become_sequences_and_back(self):
        x = np.arange(6.0).reshape(1, 2, 3)
        y, cache = ax.Transpose().forward({}, x, PREDICTION)
        assert y.tolist() == [[[0, 3], [1, 4], [2, 5]]]
        assert ax.Transpose().backward({}, cache, y)[0].tolist() == x.tolist()

    @pytest.mark.parametrize("shape", [(4,), (2, 3, 4)])
    def test_examples_of_other_axes_are_refused(self, shape):
        with pytest.raises(ShapeError, match=r"Transpose reads signals.*put a Reshape to two axes"):
            ax.Transpose().output_shape(shape)


class TestResidual:
    def test_a_shortcut_is_added_instead(self):
        layer = ax.Residual(ax.Dense(1, bias=False), shortcut=[ax.Dense(1, bias=False)])
        arrays = {"0.weight": np.array([[1.0, 2]]), "shortcut.0.weight": np.array([[10.0, 20]])}
        y, cache = layer.forward(arrays, np.array([[1.0, 1]]), PREDICTION)
        dx, gradients = layer.backward(arrays, cache, np.array([[1.0]]))
        assert (y.tolist(), dx.tolist()) == ([[33]], [[11, 22]])
        assert {name: array.tolist() for name, array in gradients.items()} == {
            "0.weight": [[1, 1]],
            "shortcut.0.weight": [[1, 1]],
        }
        (traced,) = trace_through([layer], [arrays], np.array([[1.0, 1]]), PREDICTION)
        assert [step.equation for step in traced.forward] == [
            "F(x) = Dense of x",
            "S(x) = Dense of x",
            "y = S(x) + F(x)",
        ]

    def test_a_shortcut_is_written_as_data(self):
        layer = ax.Residual(ax.Dense(2), shortcut=[ax.Dense(2, bias=False)])
        data = LAYERS.to_data(layer)
        assert data["shortcut"] == [{"name": "dense", "units": 2, "bias": False}]
        assert LAYERS.resolve(data) == layer
        assert LAYERS.to_data(ax.Residual(ax.Dense(2))) == {
            "name": "residual",
            "layers": [{"name": "dense", "units": 2}],
        }

    def test_batch_norm_of_a_shortcut_updates_its_averages(self):
        layer = ax.Residual(ax.Dense(2), shortcut=[ax.BatchNorm(0.5)])
        arrays = ax.Network(layer, input_shape=2).initialize(0, "float64").by_layer[0]
        x = np.random.default_rng(0).normal(size=(6, 2))
        _, cache = layer.forward(arrays, x, Context(training=True))
        updated = layer.updated_buffers(arrays, cache)
        np.testing.assert_allclose(updated["shortcut.0.running_mean"], 0.5 * x.mean(axis=0))

    def test_a_position_is_there_if_it_is_in_both(self):
        mask = np.array([[True, True, False, False]])
        plain = ax.Residual(ax.Conv1D(1, 3, padding="same"))
        assert plain.output_mask(mask).tolist() == mask.tolist()
        strided = ax.Residual(ax.MaxPool(1, 2), shortcut=[ax.MaxPool(2)])
        assert strided.output_mask(np.array([[False, True, True, True]])).tolist() == [
            [False, True]
        ]
        assert ax.Residual(ax.GlobalPool(), shortcut=[ax.GlobalPool()]).output_mask(mask) is None

    def test_a_shortcut_of_another_shape_is_refused(self):
        layer = ax.Residual(ax.Dense(2), shortcut=[ax.Dense(3)])
        with pytest.raises(ShapeError, match=r"into \(2,\), its shortcut into \(3,\)"):
            ax.Network(layer, input_shape=4)

    @pytest.mark.parametrize(
        ("shortcut", "message"),
        [
            (ax.Dense(2), "shortcut of Residual must be a list of layers, not Dense"),
            (["dense"], "holds layers, not 'dense'"),
            ([ax.Embedding(3, 2)], "token numbers cannot be added to"),
            ([ax.Flatten()] * 1000, "holds 1,001 layers: at most 1,000"),
        ],
    )
    def test_a_shortcut_that_is_none_is_refused(self, shortcut, message):
        with pytest.raises(ConfigurationError, match=message):
            ax.Residual(ax.Dense(2), shortcut=shortcut)

    def test_it_adds_its_input(self):
        layer = ax.Residual(ax.Dense(2, bias=False))
        arrays = {"0.weight": np.array([[1.0, 2.0], [3.0, 4.0]])}
        y, cache = layer.forward(arrays, np.array([[1.0, 1.0]]), PREDICTION)
        dx, _ = layer.backward(arrays, cache, np.array([[1.0, 0.0]]))
        assert y.tolist() == [[4, 8]]
        assert dx.tolist() == [[2, 2]]

    def test_batch_norm_within_updates_its_averages(self):
        layer = ax.Residual(ax.Dense(2), ax.BatchNorm(0.5))
        parameters = ax.Network(layer, input_shape=2).initialize(0, "float64")
        arrays = parameters.by_layer[0]
        x = np.random.default_rng(0).normal(size=(6, 2))
        _, cache = layer.forward(arrays, x, Context(training=True))
        z = x @ arrays["0.weight"].T + arrays["0.bias"]
        updated = layer.updated_buffers(arrays, cache)
        assert set(updated) == {"1.running_mean", "1.running_variance"}
        np.testing.assert_allclose(updated["1.running_mean"], 0.5 * z.mean(axis=0))
        np.testing.assert_allclose(updated["1.running_variance"], 0.5 + 0.5 * z.var(axis=0))

    def test_layers_that_change_the_shape_are_refused(self):
        with pytest.raises(ShapeError, match=r"turn \(3,\) into \(2,\).*last layer give \(3,\)"):
            ax.Network(ax.Residual(ax.Dense(2)), input_shape=3)

    @pytest.mark.parametrize(
        ("layers", "message"),
        [((), "Residual needs at least one layer"), (("dense",), "holds layers, not 'dense'")],
    )
    def test_anything_but_layers_is_refused(self, layers, message):
        with pytest.raises(ConfigurationError, match=message):
            ax.Residual(*layers)


def test_gradients_through_four_sigmoids_shrink_at_best_by_four_each():
    layers = [ax.Dense(1, "sigmoid") for _ in range(4)]
    # With W = 1 and b = −½ every z after the first is exactly 0, where σ′ is largest.
    arrays = [{"weight": np.ones((1, 1)), "bias": np.array([-0.5])} for _ in layers]
    _, caches = forward_through(layers, arrays, np.array([[0.5]]), PREDICTION)
    dx, gradients = backward_through(layers, arrays, caches, np.ones((1, 1)))
    by_depth = [gradient["bias"].item() for gradient in reversed(gradients)]
    assert by_depth == [0.25, 0.0625, 0.015625, 0.00390625]
    assert dx.item() == 0.00390625
