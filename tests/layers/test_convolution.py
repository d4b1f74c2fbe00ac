"""Convolutions against PyTorch for random shapes and settings, by hand, under masks, refused."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import axone as ax
from axone.activations import Identity
from axone.errors import ArgumentTypeError, ConfigurationError, ShapeError
from axone.initializers import GlorotUniform, HeNormal
from axone.layers import PREDICTION, Context
from axone.layers.sequence import trace_through


def axis():
    """Length, kernel, stride, dilation and padding of one axis, a small share of them too long."""
    return st.tuples(*(st.integers(1, most) for most in (9, 4, 4, 3)), st.integers(0, 3))


class TestAgainstPyTorch:
    @given(
        axes=st.lists(axis(), min_size=1, max_size=2),
        groups=st.integers(1, 3),
        channels=st.tuples(st.integers(1, 2), st.integers(1, 2)),
        same=st.booleans(),
        bias=st.booleans(),
        seed=st.integers(0, 2**32 - 1),
    )
    def test_outputs_and_gradients_are_the_same(
        self, axes, groups, channels, same, bias, seed, torch, arrays_of
    ):
        lengths, kernel, stride, dilation, padding = zip(*axes, strict=True)
        padding = tuple(
            min(p, (k - 1) * d) for p, k, d in zip(padding, kernel, dilation, strict=True)
        )
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        fits = [n + 2 * p >= r for n, p, r in zip(lengths, padding, reach, strict=True)]
        assume(same or all(fits))
        kind = ax.Conv1D if len(axes) == 1 else ax.Conv2D
        inputs, outputs = (groups * of_a_group for of_a_group in channels)
        layer = kind(
            outputs,
            *(kernel if len(axes) == 1 else (kernel,)),
            stride=stride if len(axes) == 2 else stride[0],
            padding="same" if same else padding if len(axes) == 2 else padding[0],
            dilation=dilation if len(axes) == 2 else dilation[0],
            groups=groups,
            bias=bias,
        )
        arrays = arrays_of(layer, (inputs, *lengths), seed).by_layer[0]
        random = np.random.default_rng(seed)
        x = random.normal(size=(2, inputs, *lengths))
        y, cache = layer.forward(arrays, x, PREDICTION)
        dy = random.normal(size=y.shape)
        dx, gradients = layer.backward(arrays, cache, dy)

        tensor = torch.tensor(x, requires_grad=True)
        weight = torch.tensor(arrays["weight"], requires_grad=True)
        offset = torch.tensor(arrays["bias"], requires_grad=True) if bias else None
        sides = []
        for n, s, r in zip(lengths, stride, reach, strict=True):
            missing = max((math.ceil(n / s) - 1) * s + r - n, 0)
            sides = [missing // 2, missing - missing // 2, *sides]
        padded = torch.nn.functional.pad(tensor, sides) if same else tensor
        convolve = torch.nn.functional.conv1d if len(axes) == 1 else torch.nn.functional.conv2d
        wanted = convolve(padded, weight, offset, stride, 0 if same else padding, dilation, groups)
        wanted.backward(torch.tensor(dy))
        np.testing.assert_allclose(y, wanted.detach().numpy(), atol=1e-12)
        np.testing.assert_allclose(dx, tensor.grad.numpy(), atol=1e-12)
        np.testing.assert_allclose(gradients["weight"], weight.grad.numpy(), atol=1e-12)
        if bias:
            np.testing.assert_allclose(gradients["bias"], offset.grad.numpy(), atol=1e-12)
        assert y.shape[1:] == layer.output_shape((inputs, *lengths))

    @pytest.mark.parametrize("length", [5, 6])
    @pytest.mark.parametrize(("kernel", "dilation"), [(3, 1), (5, 1), (3, 2)])
    def test_same_padding_of_odd_windows_is_pytorchs(self, length, kernel, dilation, torch):
        layer = ax.Conv1D(1, kernel, padding="same", dilation=dilation, bias=False)
        random = np.random.default_rng(0)
        x, weight = random.normal(size=(1, 1, length)), random.normal(size=(1, 1, kernel))
        wanted = torch.nn.functional.conv1d(
            torch.tensor(x), torch.tensor(weight), padding="same", dilation=dilation
        )
        y, _ = layer.forward({"weight": weight}, x, PREDICTION)
        np.testing.assert_allclose(y, wanted.numpy(), atol=1e-12)

    def test_a_kernel_of_one_is_a_dense_layer_of_every_position(self, arrays_of):
        convolution, dense = ax.Conv1D(4, 1, "tanh"), ax.PositionwiseDense(4, "tanh")
        arrays = arrays_of(dense, (5, 3), 0).by_layer[0]
        x = np.random.default_rng(0).normal(size=(2, 5, 3))
        wanted, _ = dense.forward(arrays, x, PREDICTION)
        kernel = {**arrays, "weight": arrays["weight"][:, :, None]}
        y, _ = convolution.forward(kernel, x.swapaxes(1, 2), PREDICTION)
        np.testing.assert_allclose(y, wanted.swapaxes(1, 2), atol=1e-14)


class TestByHand:
    def test_same_padding_gives_the_smaller_half_first(self):
        layer = ax.Conv1D(1, 2, padding="same", bias=False)
        y, _ = layer.forward(
            {"weight": np.array([[[1.0, 10]]])}, np.array([[[1.0, 2]]]), PREDICTION
        )
        assert y.tolist() == [[[21, 2]]]

    def test_a_window_may_see_padding_but_for_its_own_taps(self):
        """Length 2, kernel 3, dilation 2: every window has one tap within the signal."""
        layer = ax.Conv1D(1, 3, padding="same", dilation=2, bias=False)
        y, _ = layer.forward(
            {"weight": np.array([[[5.0, 7, 9]]])}, np.array([[[1.0, 2]]]), PREDICTION
        )
        assert y.tolist() == [[[7, 14]]]

    def test_each_group_sees_its_own_channels_alone(self):
        layer = ax.Conv1D(2, 1, groups=2, bias=False)
        y, _ = layer.forward(
            {"weight": np.array([[[2.0]], [[3.0]]])}, np.array([[[1.0], [10.0]]]), PREDICTION
        )
        assert y.tolist() == [[[2], [30]]]

    def test_the_trace_writes_where_each_tap_lies(self):
        def equation(layer):
            arrays = ax.Network(layer, input_shape=(2, 9)).initialize().by_layer[0]
            (traced,) = trace_through([layer], [arrays], np.ones((1, 2, 9)), PREDICTION)
            return traced.forward[0].equation

        assert equation(ax.Conv1D(1, 3)) == "z = Σₖ W[k]·x[p + k] + b"
        strided = ax.Conv1D(1, 3, stride=2, dilation=3, padding=1, bias=False)
        assert equation(strided) == "z = Σₖ W[k]·x[p·2 + k·3 − 1]"

    def test_a_channel_is_dead_that_is_zero_everywhere(self):
        layer = ax.Conv1D(2, 1, "relu")
        arrays = {"weight": np.array([[[1.0]], [[-1.0]]]), "bias": np.zeros(2)}
        _, cache = layer.forward(arrays, np.array([[[1.0, 2]], [[-1.0, 3]]]), PREDICTION)
        assert layer.dead_share(cache) == 0
        _, cache = layer.forward(arrays, np.array([[[1.0, 2]], [[1.0, 3]]]), PREDICTION)
        assert layer.dead_share(cache) == 0.5


class TestDescription:
    def test_weights_start_with_the_fans_of_a_window(self):
        weight, bias = ax.Conv2D(8, (3, 5), "relu").parameters((4, 9, 9))
        assert (weight.shape, weight.initializer) == ((8, 4, 3, 5), HeNormal())
        assert (weight.fan_in, weight.fan_out) == (4 * 15, 8 * 15)
        assert (weight.penalised, bias.penalised, bias.shape) == (True, False, (8,))
        (depthwise,) = ax.Conv1D(4, 3, groups=4, bias=False).parameters((4, 9))
        assert (depthwise.shape, depthwise.fan_in, depthwise.fan_out) == ((4, 1, 3), 3, 3)
        assert depthwise.initializer == GlorotUniform()

    def test_the_activation_can_be_taken_off(self):
        body, function = ax.Conv1D(2, 3, "relu").split_activation()
        assert (body.function, function) == (Identity(), ax.Dense(1, "relu").function)
        assert body.parameters((1, 5))[0].initializer == HeNormal()
        learned = ax.Conv1D(2, 3, "prelu")
        assert learned.split_activation() == (learned, Identity())

    def test_a_pair_of_equal_numbers_is_one_number(self):
        assert ax.Conv2D(2, (3, 3), stride=[1, 1]) == ax.Conv2D(2, 3)
        assert ax.Conv2D(2, [3, np.int64(5)]).kernel_size == (3, 5)
        assert ax.Network.from_data(
            {
                "input_shape": [1, 9, 9],
                "layers": [{"name": "conv2d", "channels": 2, "kernel_size": [3, 5]}],
            }
        ).output_shape == (2, 7, 5)

    def test_what_is_multiplied_is_counted(self):
        assert ax.Conv1D(16, 3).multiply_adds((1, 10)) == 16 * 3 * 8
        assert ax.Conv2D(16, 5, groups=2).multiply_adds((6, 14, 14)) == 16 * 3 * 25 * 100


class TestMasks:
    @given(
        kernel=st.integers(1, 4),
        stride=st.integers(1, 3),
        dilation=st.integers(1, 2),
        same=st.booleans(),
        seed=st.integers(0, 2**32 - 1),
    )
    def test_what_is_not_there_is_padding(self, kernel, stride, dilation, same, seed, arrays_of):
        """A row whose last positions are not there: as a shorter row in zeros."""
        random = np.random.default_rng(seed)
        layer = ax.Conv1D(3, kernel, "tanh", stride, "same" if same else "valid", dilation)
        arrays = arrays_of(layer, (2, 9), seed).by_layer[0]
        x = random.normal(size=(2, 2, 9))
        mask = np.arange(9) < np.array([[random.integers(1, 9)], [9]])
        y, cache = layer.forward(arrays, x, Context(mask=mask))
        zeros = np.where(mask[:, None], x, 0)
        wanted, of_zeros = layer.forward(arrays, zeros, PREDICTION)
        np.testing.assert_array_equal(y, wanted)
        dy = random.normal(size=y.shape)
        dx, gradients = layer.backward(arrays, cache, dy)
        full, slopes = layer.backward(arrays, of_zeros, dy)
        np.testing.assert_array_equal(dx, np.where(mask[:, None], full, 0))
        np.testing.assert_array_equal(gradients["weight"], slopes["weight"])
        # A window is there where a kernel of ones finds any that is.
        ones = ax.Conv1D(1, kernel, "identity", stride, layer.padding, dilation, bias=False)
        found, _ = ones.forward(
            {"weight": np.ones((1, 1, kernel))}, mask[:, None].astype(float), PREDICTION
        )
        np.testing.assert_array_equal(layer.output_mask(mask), found[:, 0] > 0)

    def test_what_is_not_there_changes_no_prediction(self):
        network = ax.Network(
            ax.Conv1D(4, 3, "relu"),
            ax.BatchNorm(),
            ax.MaxPool(2),
            ax.Residual(
                ax.Conv1D(6, 3, "tanh", padding="same"),
                ax.ChannelDropout(0.1),
                shortcut=[ax.Conv1D(6, 1)],
            ),
            ax.Residual(ax.Conv1D(6, 3, dilation=2, padding=2)),
            ax.AveragePool(2, padding="same"),
            ax.GlobalPool(),
            ax.Dense(2, "softmax"),
            input_shape=(1, 14),
        )
        parameters = network.initialize(0, "float64")
        X = np.random.default_rng(0).normal(size=(3, 1, 14))
        mask = np.arange(14) < np.array([[14], [9], [2]])
        other = np.where(mask[:, None], X, 1e9)
        first, second = (network.predict(parameters, rows, mask) for rows in (X, other))
        np.testing.assert_array_equal(first, second)
        everything = network.predict(parameters, X, np.ones_like(mask))
        np.testing.assert_allclose(everything, network.predict(parameters, X), atol=1e-14)
        assert not np.allclose(first[1:], everything[1:])

    def test_a_mask_of_another_length_is_refused(self):
        with pytest.raises(ShapeError, match="reads 2 rows of 5 positions"):
            ax.Conv1D(1, 2).forward({}, np.ones((2, 1, 5)), Context(mask=np.ones((2, 4), bool)))

    def test_images_take_none(self):
        assert not ax.Conv2D(1, 3).takes_mask


class TestRefusals:
    @pytest.mark.parametrize(
        ("layer", "input_shape", "message"),
        [
            (
                ax.Conv2D(2, 3),
                (28, 28),
                r"Layer 0 \(Conv2D\).*\(28, 28\): put Reshape\(\(1, 28, 28",
            ),
            (ax.Conv2D(2, 3), 784, r"not examples of shape \(784,\): put Reshape\(\(1, 28, 28\)\)"),
            (ax.Conv2D(2, 3), 3072, r"put Reshape\(\(3, 32, 32\)\) before it"),
            (ax.Conv2D(2, 3), 7, r"put Reshape\(\(channels, height, width\)\) before it"),
            (ax.Conv1D(2, 3), 10, r"signals \(channels, length\).*put Reshape\(\(1, 10\)\) before"),
            (ax.Conv1D(2, 3), (1, 28, 28), r"not examples of shape \(1, 28, 28\): take Conv2D"),
            (ax.Conv1D(2, 3), (1, 2, 3, 4), r"put Reshape\(\(channels, length\)\) before it"),
            (ax.Conv1D(2, 4), (1, 3), r"reach over 4 positions, and the 3 of the example.*smaller"),
            (ax.Conv1D(2, 3, dilation=9), (1, 18), "reach over 19 positions, and the 18 of"),
            (ax.Conv1D(2, 4, padding=1), (9, 1), r"the 3 of the example.*Transpose\(\)"),
            (ax.Conv2D(2, (2, 5)), (1, 9, 4), "reach over 5 positions, and the width 4 of"),
            (ax.Conv1D(3, 2, groups=3), (4, 9), r"into 3 groups, and examples of shape \(4, 9\)"),
        ],
    )
    def test_wrong_shapes_are_refused_with_the_remedy(self, layer, input_shape, message):
        with pytest.raises(ShapeError, match=message):
            ax.Network(layer, input_shape=input_shape)

    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"channels": 0}, ConfigurationError, "channels must be at least 1, not 0"),
            ({"kernel_size": 0}, ConfigurationError, "kernel_size must be at least 1, not 0"),
            ({"kernel_size": 2.0}, ArgumentTypeError, "kernel_size must be a whole number"),
            ({"kernel_size": (3, 3)}, ArgumentTypeError, "kernel_size must be a whole number"),
            ({"stride": 0}, ConfigurationError, "stride must be at least 1, not 0"),
            ({"stride": True}, ArgumentTypeError, "stride must be a whole number, not True"),
            ({"dilation": 10**9}, ConfigurationError, "dilation must be at most 1,048,576"),
            ({"padding": -1}, ConfigurationError, "padding must be at least 0, not -1"),
            (
                {"padding": "full"},
                ConfigurationError,
                "one of 'valid', 'same', not 'full'",
            ),
            ({"padding": 3}, ConfigurationError, "less than the 3 positions.*nothing but padding"),
            ({"groups": 3}, ConfigurationError, "4 is none of 3"),
            ({"bias": "yes"}, ArgumentTypeError, "bias must be true or false"),
            ({"activation": "rleu"}, ConfigurationError, "Did you mean 'relu'"),
        ],
    )
    def test_wrong_settings_are_refused(self, settings, error, message):
        with pytest.raises(error, match=message):
            ax.Conv1D(**{"channels": 4, "kernel_size": 3, **settings})

    @pytest.mark.parametrize("pair", [(), (1,), (1, 2, 3)])
    def test_a_pair_has_two_numbers(self, pair):
        with pytest.raises(ConfigurationError, match=r"stride must be.*pair.*\(height, width\)"):
            ax.Conv2D(1, 3, stride=pair)

    def test_more_outputs_than_memory_holds_are_refused(self):
        with pytest.raises(ConfigurationError, match="at most 268,435,456 are allowed"):
            ax.Network(ax.Conv2D(2**20, 1), input_shape=(1, 32, 32))
        with pytest.raises(ConfigurationError, match=r"parameters.*Make its layers smaller"):
            ax.Network(ax.Conv2D(2**10, 2**10, padding="same"), input_shape=(1, 2, 2))

    def test_far_padding_and_strides_cost_no_memory(self):
        """Of a window of a million positions nearly all lie beyond the signal."""
        layer = ax.Conv1D(1, 2, stride=2**20, padding=2**20, dilation=2**20)
        assert layer.output_shape((1, 3)) == (1, 2)
        arrays = {"weight": np.array([[[1.0, 10]]]), "bias": np.zeros(1)}
        y, _ = layer.forward(arrays, np.array([[[1.0, 2, 3]]]), PREDICTION)
        assert y.tolist() == [[[10, 1]]]
