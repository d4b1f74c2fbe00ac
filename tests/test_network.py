"""The network as a description: shapes, initial weights, prediction, its text and its data."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.activations import ActivationFunction
from axone.errors import ArgumentTypeError, ConfigurationError, DataError, ShapeError
from axone.registry import plain


def mixed():
    return ax.Network(
        ax.Flatten(),
        ax.Dense(np.int64(6), {"name": "leaky_relu", "alpha": np.float32(0.25)}),
        ax.BatchNorm(momentum=0.5),
        ax.Dropout(0.25),
        ax.Residual(ax.Dense(6, "tanh", bias=False), ax.GaussianNoise(0.1)),
        ax.Reshape((2, 3)),
        ax.Flatten(),
        ax.Dense(3, "softmax", initializer="he_uniform"),
        input_shape=np.array([2, 2]),
    )


def test_shapes_follow_the_layers():
    network = mixed()
    assert network.input_shape == (2, 2)
    assert network.shapes == ((4,), (6,), (6,), (6,), (6,), (2, 3), (6,), (3,))
    assert network.output_shape == (3,)


def test_the_summary_tells_cells_and_activations():
    network = ax.Network(
        ax.PositionwiseDense(4, "gelu"),
        ax.GRU(3, bidirectional=True),
        ax.LSTM(2, last=True),
        input_shape=(5, 2),
    )
    assert [row.title for row in network.summary().rows] == [
        "PositionwiseDense (gelu)",
        "Recurrent (gru, bidirectional)",
        "Recurrent (lstm)",
    ]


@pytest.mark.parametrize("input_shape", [4, np.int64(4), (4,), [4], np.array([4])])
def test_the_input_shape_may_come_in_any_form(input_shape):
    network = ax.Network(ax.Dense(2), input_shape=input_shape)
    assert network.input_shape == (4,)
    assert type(network.input_shape[0]) is int


def test_it_survives_the_way_through_json():
    network = mixed()
    again = ax.Network.from_data(json.loads(json.dumps(network.to_data())))
    assert again == network
    assert hash(again) == hash(network)
    assert again.to_data() == network.to_data()
    assert network != ax.Network(ax.Dense(1), input_shape=1)
    assert repr(again).startswith("Network(Flatten(), Dense(units=6")


def test_data_hold_only_what_differs_from_the_defaults():
    network = ax.Network(ax.Dense(3, "relu"), ax.BatchNorm(), input_shape=2)
    assert network.to_data() == {
        "input_shape": [2],
        "layers": [{"name": "dense", "units": 3, "activation": "relu"}, "batch_norm"],
    }


class TestInitialWeights:
    def test_one_seed_gives_one_set_of_weights(self):
        network = mixed()
        first, again, other = (network.initialize(seed).vector for seed in (3, 3, 4))
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, other)

    def test_float32_weights_are_the_float64_ones_rounded(self):
        network = mixed()
        rounded = network.initialize(1, "float64").astype("float32")
        np.testing.assert_array_equal(network.initialize(1).vector, rounded.vector)

    def test_layers_of_one_shape_start_apart(self):
        parameters = ax.Network(ax.Dense(4), ax.Dense(4), input_shape=4).initialize(0)
        assert not np.array_equal(parameters["0.weight"], parameters["1.weight"])

    @pytest.mark.parametrize(
        ("seed", "dtype", "error", "message"),
        [
            (-1, "float32", ConfigurationError, "seed must be at least 0, not -1"),
            (1.5, "float32", ArgumentTypeError, r"seed must be a whole number, not 1\.5"),
            (0, "float16", ConfigurationError, "one of 'float32', 'float64', not 'float16'"),
        ],
    )
    def test_wrong_settings_are_refused(self, seed, dtype, error, message):
        with pytest.raises(error, match=message):
            mixed().initialize(seed, dtype)


class TestPrediction:
    @given(rows=st.integers(0, 6))
    def test_there_is_one_prediction_a_row_in_the_precision_of_the_weights(self, rows):
        network = mixed()
        for dtype in ("float32", "float64"):
            prediction = network.predict(network.initialize(0, dtype), np.ones((rows, 2, 2), int))
            assert prediction.shape == (rows, 3)
            assert prediction.dtype == dtype
            np.testing.assert_allclose(prediction.sum(axis=1), 1, rtol=1e-6)

    def test_many_rows_are_predicted_as_few_are(self):
        network = mixed()
        parameters = network.initialize(0, "float64")
        X = np.random.default_rng(0).normal(size=(5000, 2, 2))
        whole = network.predict(parameters, X)
        np.testing.assert_allclose(whole[4090:4100], network.predict(parameters, X[4090:4100]))

    @pytest.mark.parametrize("X", [np.zeros((3, 4)), np.zeros(4), np.zeros((2, 2)), 3.0])
    def test_examples_of_another_shape_are_refused(self, X):
        with pytest.raises(ShapeError, match=r"shape \(2, 2\), that is X of shape \('m', 2, 2\)"):
            mixed().predict(mixed().initialize(), X)

    @pytest.mark.parametrize("X", [[[["a", "b"], ["c", "d"]]], [[[None, 1], [2, 3]]]])
    def test_examples_that_are_no_numbers_are_refused(self, X):
        with pytest.raises(DataError, match=r"X holds (<U1|object), not numbers"):
            mixed().predict(mixed().initialize(), X)

    def test_the_weights_of_another_network_are_refused(self):
        other = ax.Network(ax.Dense(1), input_shape=1).initialize()
        with pytest.raises(
            ShapeError, match=r"another network: '1.weight' has shape none, this network needs \(6"
        ):
            mixed().predict(other, np.zeros((1, 2, 2)))


def test_the_summary_is_a_table_with_running_averages_apart():
    text = str(mixed().summary())
    assert [line.split() for line in text.splitlines()] == [
        ["Layer", "Output", "shape", "Parameters"],
        ["0", "Flatten", "(4,)", "0"],
        ["1", "Dense", "(leaky_relu)", "(6,)", "30"],
        ["2", "BatchNorm", "(6,)", "12"],
        ["3", "Dropout", "(6,)", "0"],
        ["4", "Residual", "(6,)", "36"],
        ["5", "Reshape", "(2,", "3)", "0"],
        ["6", "Flatten", "(6,)", "0"],
        ["7", "Dense", "(softmax)", "(3,)", "21"],
        ["Total", "99"],
        ["Not", "trained", "(running", "averages)", "12"],
    ]


def test_where_layers_see_neighbours_the_summary_counts_and_tells_how_many():
    network = ax.Network(
        ax.Conv2D(6, 5, "tanh", padding="same"),
        ax.AveragePool(),
        ax.Conv2D(16, (5, 3), "tanh", dilation=(1, 2)),
        ax.Residual(ax.Conv2D(16, 3, padding="same"), shortcut=[ax.Conv2D(16, 1)]),
        ax.MaxPool(),
        ax.BatchNorm(),
        ax.Flatten(),
        ax.Dense(120, "tanh"),
        ax.Dense(10, "softmax"),
        input_shape=(1, 28, 28),
        layer_names=["a name that is far too long for a line of eighty characters", *[""] * 8],
    )
    text = str(network.summary())
    assert [line.split()[-2:] for line in text.splitlines()] == [
        ["Multiply-adds", "Field"],
        ["117,600", "5×5"],
        ["0", "6×6"],
        ["144,000", "14×14"],
        ["256,000", "18×18"],
        ["0", "20×20"],
        ["0", "20×20"],
        ["0", "20×20"],
        ["48,000", "all"],
        ["1,200", "all"],
        ["53,566", "566,800"],
        ["averages)", "32"],
    ]
    assert max(map(len, text.splitlines())) <= 80
    assert network.summary().multiply_adds == 566_800


def test_sequences_are_read_as_a_whole_by_recurrent_layers_and_attention():
    network = ax.Network(
        ax.Conv1D(4, 3),
        ax.Transpose(),
        ax.PositionwiseDense(6, "relu"),
        ax.Attention(2),
        ax.Recurrent(ax.RNNCell(5)),
        ax.LastStep(),
        input_shape=(2, 10),
    )
    assert [row.receptive_field for row in network.summary().rows] == [
        *[(3,)] * 3, *[None] * 3,
    ]  # fmt: skip
    assert [row.multiply_adds for row in network.summary().rows] == [
        4 * 2 * 3 * 8,
        0,
        8 * 4 * 6,
        8 * 4 * 6 * 6 + 2 * 8 * 8 * 6,
        8 * (6 * 5 + 5 * 5),
        0,
    ]
    tokens = ax.Network(ax.Embedding(9, 4), ax.Flatten(), ax.Dense(2), input_shape=3)
    assert [row.multiply_adds for row in tokens.summary().rows] == [0, 0, 24]
    assert "Field" not in str(tokens.summary())


def test_an_activation_of_ones_own_runs_and_is_named_but_not_saved():
    class Cube(ActivationFunction):
        def value(self, z):
            return z**3

        def derivative(self, z, a):
            return 3 * z**2

    network = ax.Network(ax.Dense(1, Cube()), ax.Activation(Cube()), input_shape=1)
    assert "Dense (Cube)" in str(network.summary())
    parameters = network.initialize().replaced({"0.weight": [[1.0]]})
    assert network.predict(parameters, [[2.0]]).item() == 2**9
    with pytest.raises(ConfigurationError, match="class of your own: it runs, but it has no name"):
        network.to_data()


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: ax.Network(input_shape=1), ConfigurationError, "at least one layer"),
        (lambda: ax.Network("dense", input_shape=1), ConfigurationError, "made of layers, not of"),
        (lambda: ax.Network(ax.Dense(1), input_shape=0), ConfigurationError, "input_shape must be"),
        (lambda: ax.Network(ax.Dense(1), input_shape=2.5), ArgumentTypeError, "not 2.5"),
        (lambda: ax.Network(ax.Dense(1), input_shape="4"), ArgumentTypeError, "not '4'"),
        (lambda: ax.Network(ax.Dense(1), input_shape=None), ArgumentTypeError, "not None"),
        (lambda: ax.Network.from_data({"layers": []}), ConfigurationError, "input_shape"),
        (lambda: ax.Network.from_data(None), ConfigurationError, "needs layers and input_shape"),
        (
            lambda: ax.Network.from_data({"layers": ["dens"], "input_shape": 1}),
            ConfigurationError,
            "Did you mean 'dense'",
        ),
        (
            lambda: ax.Network.from_data({"layers": ["dense"], "input_shape": 1}),
            ConfigurationError,
            "layer 'dense' needs units",
        ),
    ],
)
def test_a_network_that_is_none_is_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()


def test_plain_turns_numbers_of_numpy_into_those_of_python():
    assert json.dumps(plain((np.float32(0.5), [np.int64(2)], "a", None))) == '[0.5, [2], "a", null]'


@pytest.mark.parametrize("initializer", ["zeros", {"name": "constant", "value": 0.3}])
def test_weights_that_start_alike_are_allowed_but_warned_about(initializer):
    network = ax.Network(ax.Dense(3, "tanh"), ax.Dense(2, initializer=initializer), input_shape=4)
    assert network.symmetric_layers() == [1]
    with pytest.warns(UserWarning, match="layer 1 start at the same value"):
        network.initialize()


def test_a_single_unit_may_start_at_zero_without_a_word():
    assert not ax.Network(ax.Dense(1, initializer="zeros"), input_shape=4).symmetric_layers()


NAMED = ax.Network(
    *(ax.Dense(4, "relu"), ax.Dense(2, "softmax")),
    input_shape=3,
    layer_names=["features", "hidden", "answer"],
)


def test_layers_have_names_of_their_own_in_the_summary_and_parameters_those_of_positions():
    assert (NAMED.input_name, NAMED.layer_names) == ("features", ("hidden", "answer"))
    labels = [row.label for row in NAMED.summary().rows]
    assert labels == ["hidden: Dense (relu)", "answer: Dense (softmax)"]
    assert "0 hidden: Dense (relu)" in str(NAMED.summary())
    assert list(NAMED.layout.shapes) == ["0.weight", "0.bias", "1.weight", "1.bias"]


def test_names_are_kept_in_the_description_and_make_no_network_another():
    again = ax.Network.from_data(NAMED.to_data())
    assert again.names == ("features", "hidden", "answer")
    assert "layer_names=('features', 'hidden', 'answer')" in repr(again)
    nameless = ax.Network(*NAMED.layers, input_shape=3)
    assert (nameless, hash(nameless)) == (NAMED, hash(NAMED))
    assert (nameless.names, nameless.layer_names) == ((), ("", ""))
    assert "layer_names" not in nameless.to_data()


def test_a_layer_is_called_by_its_name_in_messages():
    with pytest.raises(ShapeError, match=r"Layer 1 \(Dense 'after'\): A dense layer takes flat"):
        ax.Network(
            *(ax.Reshape((2, 2)), ax.Dense(2)), input_shape=4, layer_names=["before", "after"]
        )
    alike = ax.Network(
        *(ax.Dense(4, initializer="zeros"), ax.Dense(1)), input_shape=3, layer_names=["one", "two"]
    )
    with pytest.warns(UserWarning, match=r"All weights of layer 0 \('one'\) start at the same"):
        alike.initialize()


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["one"], "layer_names has 1 name for 2 layers"),
        (["a", "b", "c", "d"], "layer_names has 4 names for 2 layers"),
        ("ab", "must be a list of texts, not 'ab'"),
        (["a", 3], "printable characters, not 3"),
        (["a", "\x1b[31m"], "printable characters"),
        (["a", "b" * 200], "at most 100"),
    ],
)
def test_names_that_are_not_one_for_each_layer_or_cannot_be_shown_are_refused(names, words):
    with pytest.raises(ConfigurationError, match=words):
        ax.Network(ax.Dense(4), ax.Dense(1), input_shape=3, layer_names=names)


def test_layers_without_names_are_to_be_counted():
    nameless = ax.Network(ax.Dense(4), ax.Dense(2), input_shape=3)
    with pytest.raises(ConfigurationError, match=r"no names: count them instead, from 0 to 1"):
        nameless.layers_up_to("hidden")
