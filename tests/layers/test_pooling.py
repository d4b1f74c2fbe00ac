"""Pools against PyTorch for random shapes and settings, by hand, under masks, refused."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError, ShapeError
from axone.layers import PREDICTION, Context

MASK = np.array([[True, True, False, False, False], [True, False, True, True, True]])
X = np.array([[[1.0, 2, 9, 9, 9]], [[5, 9, 3, 4, 8]]])


def axis():
    """Length, size, stride and padding of one axis."""
    return st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(1, 4), st.integers(0, 2))


def one_or_pair(numbers):
    return numbers[0] if len(numbers) == 1 else numbers


@given(
    axes=st.lists(axis(), min_size=1, max_size=2),
    same=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
@pytest.mark.parametrize("kind", [ax.MaxPool, ax.AveragePool])
def test_outputs_and_gradients_are_pytorchs(kind, axes, same, seed, torch):
    lengths, size, stride, padding = zip(*axes, strict=True)
    padding = tuple(min(p, s // 2) for p, s in zip(padding, size, strict=True))
    assume(same or all(n + 2 * p >= s for n, s, p in zip(lengths, size, padding, strict=True)))
    padding_or_same = "same" if same else one_or_pair(padding)
    layer = kind(one_or_pair(size), one_or_pair(stride), padding_or_same)
    random = np.random.default_rng(seed)
    # Few values, so that many are equal.
    x = random.integers(0, 4, (2, 3, *lengths)).astype(float)
    y, cache = layer.forward({}, x, PREDICTION)
    dy = random.normal(size=y.shape)
    dx, _ = layer.backward({}, cache, dy)

    tensor = torch.tensor(x, requires_grad=True)
    functional, axes_of = torch.nn.functional, len(lengths)
    sides = []
    for n, s, k, p in zip(lengths, stride, size, padding, strict=True):
        missing = max((math.ceil(n / s) - 1) * s + k - n, 0)
        sides = [*((missing // 2, missing - missing // 2) if same else (p, p)), *sides]
    if kind is ax.MaxPool:
        pool = functional.max_pool1d if axes_of == 1 else functional.max_pool2d
        wanted = pool(functional.pad(tensor, sides, value=-math.inf), size, stride)
    else:
        pool = functional.avg_pool1d if axes_of == 1 else functional.avg_pool2d
        there = pool(functional.pad(torch.ones_like(tensor), sides), size, stride)
        wanted = pool(functional.pad(tensor, sides), size, stride) / there
    wanted.backward(torch.tensor(dy))
    np.testing.assert_allclose(y, wanted.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(dx, tensor.grad.numpy(), atol=1e-12)
    assert y.shape[1:] == layer.output_shape((3, *lengths))


class TestMaxPool:
    def test_the_gradient_goes_to_the_first_of_equals(self):
        y, cache = ax.MaxPool(3).forward({}, np.array([[[1.0, 7, 7, 2, 2, 2]]]), PREDICTION)
        dx, _ = ax.MaxPool(3).backward({}, cache, np.array([[[10.0, 20]]]))
        assert (y.tolist(), dx.tolist()) == ([[[7, 2]]], [[[0, 10, 0, 20, 0, 0]]])

    def test_padding_never_wins(self):
        y, _ = ax.MaxPool(3, 2, 1).forward({}, np.full((1, 1, 3), -5.0), PREDICTION)
        assert y.tolist() == [[[-5, -5]]]

    def test_what_is_no_number_is_not_lost(self):
        x = np.array([[[1.0, np.nan, 3, -np.inf, -np.inf, -np.inf]]])
        y, cache = ax.MaxPool(3).forward({}, x, PREDICTION)
        np.testing.assert_array_equal(y, [[[np.nan, -np.inf]]])
        dx, _ = ax.MaxPool(3).backward({}, cache, np.ones_like(y))
        assert dx.tolist() == [[[0, 1, 0, 1, 0, 0]]]

    def test_under_a_mask_the_positions_that_are_there_compete(self):
        layer = ax.MaxPool(2, padding="same")
        y, cache = layer.forward({}, X, Context(mask=MASK))
        assert y.tolist() == [[[2, 0, 0]], [[5, 4, 8]]]
        assert layer.output_mask(MASK).tolist() == [[True, False, False], [True, True, True]]
        dx, _ = layer.backward({}, cache, np.ones_like(y))
        assert dx.tolist() == [[[0, 1, 0, 0, 0]], [[1, 0, 0, 1, 1]]]


class TestAveragePool:
    def test_padding_is_not_counted(self):
        y, _ = ax.AveragePool(3, 2, 1).forward({}, np.array([[[6.0, 8, 4]]]), PREDICTION)
        assert y.tolist() == [[[7, 6]]]

    def test_under_a_mask_the_positions_that_are_there_are_counted(self):
        layer = ax.AveragePool(2, padding="same")
        y, cache = layer.forward({}, X, Context(mask=MASK))
        assert y.tolist() == [[[1.5, 0, 0]], [[5, 3.5, 8]]]
        dx, _ = layer.backward({}, cache, np.ones_like(y))
        assert dx.tolist() == [[[0.5, 0.5, 0, 0, 0]], [[1, 0, 0.5, 0.5, 1]]]


class TestGlobalPool:
    def test_it_pools_what_is_there(self):
        for function, wanted in (("average", [[1.5], [5]]), ("max", [[2], [8]])):
            y, _ = ax.GlobalPool(function).forward({}, X, Context(mask=MASK))
            assert y.tolist() == wanted
        assert ax.GlobalPool().output_mask(MASK) is None

    @pytest.mark.parametrize("function", ["average", "max"])
    def test_a_row_of_nothing_gives_zero_and_no_gradient(self, function):
        layer = ax.GlobalPool(function)
        nothing = np.zeros((1, 5), bool)
        y, cache = layer.forward({}, np.full((1, 2, 5), np.inf), Context(mask=nothing))
        dx, _ = layer.backward({}, cache, np.ones((1, 2)))
        assert (y.tolist(), dx.any()) == ([[0, 0]], False)

    def test_the_first_of_the_largest_gets_the_gradient(self):
        layer = ax.GlobalPool("max")
        y, cache = layer.forward(
            {}, np.array([[[[1.0, 4], [4, 4]], [[-1, -2], [-3, -9]]]]), Context()
        )
        dx, _ = layer.backward({}, cache, np.array([[10.0, 20]]))
        assert y.tolist() == [[4, -1]]
        assert dx.tolist() == [[[[0, 10], [0, 0]], [[20, 0], [0, 0]]]]

    def test_infinite_and_missing_numbers_are_not_lost(self):
        x = np.array([[[1.0, -np.inf], [np.inf, 2], [np.nan, 2]]])
        y, _ = ax.GlobalPool("max").forward({}, x, PREDICTION)
        np.testing.assert_array_equal(y, [[1, np.inf, np.nan]])


class TestRefusals:
    @pytest.mark.parametrize(
        ("layer", "input_shape", "message"),
        [
            (ax.MaxPool(), 6, r"Layer 0 \(MaxPool\).*not examples of shape \(6,\).*before Flatten"),
            (ax.AveragePool(), (1, 2, 3, 4), "AveragePool reads signals.*or images"),
            (ax.MaxPool(3), (6, 2), r"reach over 3 positions, and the 2 of.*padding='same'"),
            (ax.MaxPool((2, 3)), (6, 9), r"\(2, 3\) is meant for the height and the width"),
            (ax.GlobalPool(), 6, r"GlobalPool reads signals.*not.*\(6,\): leave it out"),
        ],
    )
    def test_wrong_shapes_are_refused_with_the_remedy(self, layer, input_shape, message):
        with pytest.raises(ShapeError, match=message):
            ax.Network(layer, input_shape=input_shape)

    @pytest.mark.parametrize(
        ("settings", "error", "message"),
        [
            ({"size": 0}, ConfigurationError, "size must be at least 1, not 0"),
            ({"size": 1.5}, ArgumentTypeError, "size must be a whole number"),
            ({"stride": (1, 2, 3)}, ConfigurationError, r"stride must be.*a pair"),
            ({"padding": 2}, ConfigurationError, "less than the 2 positions.*nothing but padding"),
            ({"padding": "full"}, ConfigurationError, "one of 'valid', 'same', not 'full'"),
        ],
    )
    def test_wrong_settings_are_refused(self, settings, error, message):
        with pytest.raises(error, match=message):
            ax.MaxPool(**settings)

    def test_a_function_that_is_none_is_refused(self):
        with pytest.raises(ConfigurationError, match="one of 'average', 'max', not 'median'"):
            ax.GlobalPool("median")

    def test_images_take_no_mask(self):
        context = Context(mask=np.ones((1, 2), bool))
        for layer in (ax.MaxPool(1), ax.AveragePool(1), ax.GlobalPool()):
            with pytest.raises(ShapeError, match=r"under a mask reads signals.*\(1, 2, 2\)"):
                layer.forward({}, np.ones((1, 1, 2, 2)), context)

    def test_a_window_far_larger_than_the_example_takes_no_time(self):
        y, _ = ax.MaxPool(2**20, padding="same").forward({}, X, PREDICTION)
        assert y.tolist() == [[[9]], [[9]]]
