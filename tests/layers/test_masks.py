"""Masks on their way through a row of layers: who sees them, who ends them, who refuses them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.errors import DataError, ShapeError
from axone.layers import PREDICTION, Context
from axone.layers.sequence import forward_through, masks_between

MASK = np.array([[True, True, False], [True, True, True]])


def sequences(*before_last):
    """A network over three positions of two features whose last layers end the positions."""
    return ax.Network(
        *before_last, ax.Recurrent(ax.RNNCell(3)), ax.LastStep(), ax.Dense(1), input_shape=(3, 2)
    )


class TestTheWay:
    def test_a_mask_goes_on_until_a_layer_ends_the_positions(self):
        layers = sequences(ax.Dropout(0.1)).layers
        masks = masks_between(layers, MASK)
        assert [mask is MASK for mask in masks] == [True, True, True, False, False]
        assert masks[3:] == (None, None)

    def test_no_mask_stays_none(self):
        assert masks_between(sequences().layers, None) == (None,) * 4

    def test_every_layer_meets_the_mask_as_those_before_it_left_it(self):
        seen = []

        class Watched(ax.Layer):
            takes_mask = True

            def output_shape(self, input_shape):
                return input_shape

            def output_mask(self, mask):
                return mask[:, 1:] if mask.shape[1] > 1 else None

            def forward(self, parameters, x, context):
                seen.append(context.mask)
                return x, ()

            def backward(self, parameters, cache, dy):
                return dy, {}

        layers = [Watched() for _ in range(5)]
        forward_through(layers, [{}] * 5, np.ones((2, 3, 1)), Context(mask=MASK))
        assert [None if mask is None else mask.shape[1] for mask in seen] == [3, 2, 1, None, None]

    def test_a_layer_within_a_residual_block_refuses_with_both_places(self):
        block = ax.Residual(ax.Activation("relu"), ax.Activation("softmax"))
        with pytest.raises(ShapeError, match=r"Layer 0 \(Residual\): Layer 1 \(Activation\): it"):
            masks_between([block], MASK)

    def test_what_a_layer_refuses_in_its_pass_has_its_place_too(self):
        network = ax.Network(ax.Dropout(0.1), ax.BatchNorm(), input_shape=(3, 2))
        context = Context(mask=MASK)
        with pytest.raises(ShapeError, match=r"Layer 1 \(BatchNorm\): it reads 2 rows of 2 pos"):
            forward_through(network.layers, [{}, {}], np.ones((2, 3, 2)), context)


class TestTheDoor:
    def test_masked_positions_change_no_prediction(self):
        network = sequences(ax.Activation("tanh"))
        parameters = network.initialize(1)
        X = np.random.default_rng(0).normal(size=(2, 3, 2))
        other = X.copy()
        other[0, 2] = 1e6
        first, second = (network.predict(parameters, rows, MASK) for rows in (X, other))
        np.testing.assert_array_equal(first, second)
        assert not np.allclose(network.predict(parameters, X), first)

    def test_many_rows_are_predicted_with_their_own_part_of_the_mask(self):
        network = sequences()
        parameters = network.initialize(1, "float64")
        random = np.random.default_rng(0)
        X, mask = random.normal(size=(5000, 3, 2)), random.random((5000, 3)) < 0.5
        mask[:, 1] = True
        whole = network.predict(parameters, X, mask)
        part = network.predict(parameters, X[4090:4100], mask[4090:4100])
        np.testing.assert_allclose(whole[4090:4100], part)

    @pytest.mark.parametrize(
        ("mask", "error", "message"),
        [
            (MASK.astype(int), DataError, "mask holds int64: give True for every position"),
            (MASK[:1], ShapeError, r"2 examples of shape \(3, 2\).*has shape \(1, 3\)"),
            (MASK[0], ShapeError, r"the mask given has shape \(3,\)"),
            (np.ones((2, 5), bool), ShapeError, r"the mask given has shape \(2, 5\)"),
            (np.ones((2, 2), bool), ShapeError, r"Layer 0 \(Recurrent\): it reads 2 rows of 3"),
            (MASK & [[False], [True]], DataError, "leaves out every position of row 0"),
        ],
    )
    def test_a_mask_that_is_none_is_refused(self, mask, error, message):
        network = sequences()
        with pytest.raises(error, match=message):
            network.predict(network.initialize(), np.zeros((2, 3, 2)), mask)

    def test_a_layer_that_does_not_know_masks_refuses_one_with_its_place(self):
        network = ax.Network(ax.Dropout(0.1), ax.Flatten(), ax.Dense(1), input_shape=(3, 2))
        with pytest.raises(ShapeError, match=r"Layer 1 \(Flatten\).*put LastStep\(\).*before it"):
            network.predict(network.initialize(), np.zeros((2, 3, 2)), MASK)

    def test_a_mask_that_reaches_the_output_is_refused(self):
        network = ax.Network(ax.Recurrent(ax.RNNCell(2)), input_shape=(3, 2))
        with pytest.raises(ShapeError, match=r"Layer 0 \(Recurrent\): the mask reaches the output"):
            network.check_mask(MASK, 2)


class TestBatchNormUnderAMask:
    @given(rows=st.integers(2, 5), length=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
    def test_its_statistics_are_those_of_the_positions_that_are_there(self, rows, length, seed):
        random = np.random.default_rng(seed)
        x = random.normal(3, 2, (rows, 2, length))
        mask = random.random((rows, length)) < 0.6
        mask[:2, 0] = True
        layer = ax.BatchNorm(momentum=0.25)
        arrays = {
            "weight": np.array([2.0, 3.0]),
            "bias": np.array([0.5, -1.0]),
            "running_mean": np.array([1.0, 2.0]),
            "running_variance": np.array([4.0, 5.0]),
        }
        y, cache = layer.forward(arrays, x, Context(training=True, mask=mask))
        updated = layer.updated_buffers(arrays, cache)
        for channel in range(2):
            there = [
                x[row, channel, position]
                for row in range(rows)
                for position in range(length)
                if mask[row, position]
            ]
            mean = sum(there) / len(there)
            variance = sum((value - mean) ** 2 for value in there) / len(there)
            assert updated["running_mean"][channel] == pytest.approx(
                0.25 * arrays["running_mean"][channel] + 0.75 * mean
            )
            assert updated["running_variance"][channel] == pytest.approx(
                0.25 * arrays["running_variance"][channel] + 0.75 * variance
            )
            for row in range(rows):
                for position in range(length):
                    normal = (x[row, channel, position] - mean) / np.sqrt(variance + 1e-5)
                    wanted = arrays["weight"][channel] * normal + arrays["bias"][channel]
                    wanted = wanted if mask[row, position] else 0
                    assert y[row, channel, position] == pytest.approx(wanted)

    def test_a_mask_that_leaves_nothing_out_changes_no_number(self):
        x = np.random.default_rng(0).normal(size=(4, 2, 3))
        arrays = ax.Network(ax.BatchNorm(), input_shape=(2, 3)).initialize(0, "float64").by_layer[0]
        plain, _ = ax.BatchNorm().forward(arrays, x, Context(training=True))
        everything = Context(training=True, mask=np.ones((4, 3), bool))
        masked, _ = ax.BatchNorm().forward(arrays, x, everything)
        np.testing.assert_allclose(masked, plain, atol=1e-14)

    def test_examples_that_are_no_signals_are_refused(self):
        with pytest.raises(ShapeError, match=r"reads signals \(channels, length\), not.*\(3,\)"):
            ax.BatchNorm().forward({}, np.zeros((2, 3)), Context(mask=MASK))


def test_the_context_of_predicting_is_handed_on_as_it_is():
    assert PREDICTION.child(3) is PREDICTION
    assert PREDICTION.child(3, MASK).mask is MASK
