"""From settings to arrays and a network: no leaks, nothing left open, misfits refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from axone.activations import ACTIVATIONS
from axone.data import load_dataset
from axone.errors import AxoneError, ConfigurationError, DataError
from axone.experiments import Experiment, prepare, take
from axone.experiments.preparation import automatic_batch
from axone.initializers import INITIALIZERS
from axone.layers import Activation, BatchNorm, Dense, Dropout, Flatten
from axone.losses import BinaryCrossEntropy, Huber


def prepared(source, **tables):
    return prepare(Experiment.from_source(source, tables))


def sizes(result):
    return {name: len(part) for name, part in result.parts.items()}


def test_rows_are_split_70_15_15_unless_told_otherwise():
    assert sizes(prepared("digits")) == {"train": 1257, "validation": 270, "test": 270}


def test_a_source_with_its_own_test_rows_keeps_them_and_gives_15_percent_to_validation():
    result = prepared("calculator")
    assert sizes(result) == {"train": 8500, "validation": 1500, "test": 2000}
    # Left open in the file, or the run would take another 15 % away when it is run again.
    assert result.experiment.settings.data.test is None


def test_asked_for_a_test_share_a_source_leaves_its_own_test_rows_aside():
    result = prepared("calculator", data={"test": 0.1, "validation": 0.1})
    assert sizes(result) == {"train": 8000, "validation": 1000, "test": 1000}


def test_statistics_come_from_the_training_rows_alone():
    result = prepared("wine", dtype="float64")
    data = load_dataset("wine")
    raw = {name: result.preprocessing.scaler.inverse(p.X) for name, p in result.parts.items()}
    assert sorted(np.vstack(list(raw.values())).round(6).tolist()) == sorted(
        data.X.round(6).tolist()
    )
    oracle = StandardScaler().fit(raw["train"])
    for name, part in result.parts.items():
        np.testing.assert_allclose(part.X, oracle.transform(raw[name]), atol=1e-9)


def test_classes_are_split_in_proportion():
    result = prepared("iris")
    counts = [np.bincount(part.y) for part in result.parts.values()]
    assert [int(np.ptp(count)) <= 1 for count in counts] == [True] * 3


def test_a_regression_learns_a_scaled_target_and_scores_in_its_own_units():
    result = prepared("diabetes")
    y = result.parts["train"].y
    learnt = result.target.scaled(y)
    assert y.mean() > 100
    np.testing.assert_allclose([learnt.mean(), learnt.std()], [0, 1], atol=1e-9)


def test_nothing_is_left_open_in_a_prepared_experiment():
    settings = prepared("iris").experiment.settings
    assert (settings.data.task, settings.data.validation, settings.data.test) == (
        "classification",
        0.15,
        0.15,
    )
    assert settings.training.batch_size == 8
    assert settings.training.loss.task == "classification"
    assert settings.training.stopping.loss_patience == 20
    assert len(settings.network.layers) == 3


def test_without_validation_rows_no_rule_waits_for_them():
    settings = prepared("xor").experiment.settings
    assert settings.training.stopping.loss_patience is None


@given(st.integers(1, 10**6))
def test_an_automatic_batch_is_a_power_of_two_of_8_to_64_rows(rows):
    batch = automatic_batch(rows)
    assert batch in (8, 16, 32, 64)
    assert batch == 8 or rows >= 64 * batch
    assert batch == 64 or rows < 64 * 2 * batch


def test_hidden_layers_take_activation_initializer_batch_norm_and_dropout():
    network = prepared(
        "iris",
        network={
            "hidden": [5],
            "activation": "tanh",
            "initializer": {"name": "normal", "standard_deviation": 0.1},
            "batch_norm": True,
            "dropout": 0.5,
        },
    ).network
    dense, norm, activation, dropout, last = network.layers
    assert type(dense.function).__name__ == "Identity"
    assert dense.initializer.standard_deviation == 0.1
    assert (norm, activation, dropout) == (BatchNorm(), Activation("tanh"), Dropout(0.5))
    assert (last.units, type(last.function).__name__) == (3, "Softmax")


@pytest.mark.parametrize("activation", ["relu", "tanh", "selu"])
def test_weights_before_a_batch_norm_start_as_the_activation_after_it_wants_them(activation):
    settings = {"hidden": [5], "activation": activation, "batch_norm": True}
    dense, *_ = prepared("iris", network=settings).network.layers
    wanted = INITIALIZERS.resolve(ACTIVATIONS.resolve(activation).initializer)
    assert INITIALIZERS.resolve(dense.initializer) == wanted


def test_no_hidden_layer_is_a_linear_model():
    assert prepared("iris", network={"hidden": []}).network.parameter_count == 15


@pytest.mark.parametrize(
    "network",
    [{"hidden": [4]}, {"layers": [{"name": "dense", "units": 3, "activation": "softmax"}]}],
)
def test_examples_of_several_axes_are_flattened_before_a_dense_layer(write, network, here):
    np.savez(
        here / "signals.npz",
        X=np.random.default_rng(0).normal(size=(30, 2, 5)),
        y=np.arange(30) % 3,
    )
    result = prepared("signals.npz", network=network)
    assert result.network.layers[0] == Flatten()
    assert result.network.input_shape == (2, 5)


def test_two_classes_may_end_in_a_lone_sigmoid():
    result = prepared("moons", network={"layers": [Dense(4, "relu"), Dense(1, "sigmoid")]})
    assert result.loss == BinaryCrossEntropy()


def test_a_loss_that_fits_is_used():
    assert prepared("diabetes", training={"loss": "huber"}).loss == Huber()


@pytest.mark.parametrize(
    ("source", "tables", "words"),
    [
        ("iris", {"network": {"layers": [Dense(3)]}}, ["network.layers", "found 3 units"]),
        (
            "moons",
            {"network": {"layers": [Dense(3, "softmax")]}},
            ["2 units with softmax, or 1 unit with sigmoid", "found 3 units with softmax"],
        ),
        (
            "diabetes",
            {"network": {"layers": [Dense(2)]}},
            ["network.layers", "1 number to predict", "found 2 units with identity"],
        ),
        (
            "iris",
            {"network": {"input_size": 5}},
            ["network.input_size", "5 features", "has 4"],
        ),
        ("iris", {"network": {"layers": []}}, ["network.layers", "at least one layer"]),
        (
            "iris",
            {"network": {"layers": [{"name": "reshape", "shape": [3]}]}},
            ["network.layers", "(4,)"],
        ),
        (
            "iris",
            {"network": {"layers": [{"name": "reshape", "shape": [2, 2]}]}},
            ["network.layers", "found outputs of shape (2, 2)"],
        ),
        ("iris", {"training": {"loss": "mse"}}, ["training.loss", "'mse'", "categorical"]),
        (
            "iris",
            {"training": {"loss": "binary_cross_entropy"}},
            ["training.loss", "categorical_cross_entropy"],
        ),
        (
            "diabetes",
            {"training": {"loss": "categorical_cross_entropy"}},
            ["training.loss", "'mse' does"],
        ),
        ("iris", {"data": {"validation": 0.6, "test": 0.5}}, ["together they must be below 1"]),
    ],
)
def test_a_network_or_loss_that_does_not_fit_the_data_is_refused(source, tables, words):
    with pytest.raises(AxoneError) as caught:
        prepared(source, **tables)
    assert [word for word in words if word not in str(caught.value)] == []


def test_an_error_of_the_data_names_the_experiment_and_the_data_file(write):
    write("table.csv", "a,price\n1,2\n3,4\n")
    path = write("run.toml", '[data]\nsource = "table.csv"\ntarget = "prise"\n')
    with pytest.raises(DataError, match=r"run\.toml: data: .*table\.csv.*Did you mean 'price'"):
        prepare(Experiment.from_file(path))


def test_an_unknown_engine_is_refused_with_those_that_are():
    with pytest.raises(ConfigurationError, match=r"unknown engine 'warp'.*reference"):
        Experiment.from_source("iris", {"engine": "warp"}).run()


def test_rows_are_taken_alike_from_arrays_and_tables():
    X = np.arange(12).reshape(4, 3)
    rows = np.array([2, 0])
    np.testing.assert_array_equal(take(X, rows), X[rows])
    np.testing.assert_array_equal(take(pd.DataFrame(X), rows).to_numpy(), X[rows])


def test_several_numbers_to_predict_are_several_outputs(here):
    random = np.random.default_rng(0)
    np.savez(here / "two.npz", X=random.normal(size=(30, 4)), y=random.normal(size=(30, 2)) + 5)
    result = prepared("two.npz")
    assert result.network.output_shape == (2,)
    np.testing.assert_allclose(result.target.scaled(result.parts["train"].y).mean(0), 0, atol=1e-9)
