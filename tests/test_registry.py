"""The tables of names: from a user's word to a description and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import axone as ax
from axone.activations import ACTIVATIONS
from axone.augmentation import AUGMENTATIONS
from axone.errors import ArgumentTypeError, AxoneError, ConfigurationError, UnknownNameError
from axone.initializers import INITIALIZERS
from axone.layers import LAYERS
from axone.losses import LOSSES
from axone.optimizers import OPTIMIZERS
from axone.registry import registry_of
from axone.schedules import SCHEDULES

TABLES = [ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES, AUGMENTATIONS]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.kind)
def test_every_name_resolves_and_comes_back_as_itself(table):
    for name in set(table) - {"formula"}:  # a formula says more than its name
        described = table.resolve(name)
        # A threshold unit says what it gives at 0, which once was something else.
        always = {"at_zero": 0.0} if name == "heaviside" else {}
        assert table.to_data(described) == ({"name": name, **always} if always else name)
        assert table.resolve(described) is described
        assert table.resolve({"name": name.upper()}) == described
        assert registry_of(described) is table
        assert table.member(name) is type(described)
        assert {field.name for field in table.settings(name)} == set(vars(described))
    assert set(table) <= set(table.names)
    assert table.names == sorted(table.names)


@given(rate=st.floats(1e-6, 1), beta=st.floats(0, 0.999))
def test_settings_survive_the_way_through_json(rate, beta):
    optimizer = ax.Momentum(rate, beta, "classical")
    assert OPTIMIZERS.resolve(json.loads(json.dumps(OPTIMIZERS.to_data(optimizer)))) == optimizer


def test_only_settings_that_differ_are_written():
    assert OPTIMIZERS.to_data(ax.Adam(beta_2=0.9)) == {"name": "adam", "beta_2": 0.9}


def test_nested_descriptions_are_written_as_data():
    layer = ax.Residual(ax.Dense(2, "elu"), ax.Dropout(0.5))
    assert LAYERS.to_data(layer) == {
        "name": "residual",
        "layers": [
            {"name": "dense", "units": 2, "activation": "elu"},
            {"name": "dropout", "rate": 0.5},
        ],
    }


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (
            "adamm",
            UnknownNameError,
            r"unknown optimizer 'adamm'. Did you mean 'adam'\? Allowed: ad",
        ),
        (
            "quantum",
            UnknownNameError,
            "unknown optimizer 'quantum'. Allowed: adagrad, adam, adamw, gd",
        ),
        ({"learning_rate": 1}, ConfigurationError, "has no name: write .*Allowed: adagrad, adam"),
        ({"name": 3}, ConfigurationError, "has no name"),
        ({"name": "sgd", "momentum": 1}, UnknownNameError, "'sgd': unknown setting 'momentum'"),
        (None, ArgumentTypeError, "must be a name, a mapping with a name, or .*not None"),
        (ax.SGD, ArgumentTypeError, "not <class"),
        (ax.Dropout(0.5), ArgumentTypeError, r"object of Axone's, not Dropout\(rate=0.5\)"),
        ({"name": "sgd", "learning_rate": "x"}, ArgumentTypeError, "'sgd': learning_rate must be"),
    ],
)
def test_what_describes_nothing_is_refused(given, error, message):
    with pytest.raises(error, match=message) as caught:
        OPTIMIZERS.resolve(given)
    assert isinstance(caught.value, AxoneError)
    assert isinstance(caught.value, (ValueError, TypeError))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("dense", "layer 'dense' needs units"),
        ({"name": "dropout"}, "layer 'dropout' needs rate"),
        ({"name": "residual", "layers": 3}, "layer 'residual' needs"),
        ({"name": "residual", "layers": [{"name": "dense"}]}, "'residual': layer 'dense' needs"),
    ],
)
def test_a_missing_setting_is_named(given, message):
    with pytest.raises(ConfigurationError, match=message):
        LAYERS.resolve(given)


def test_a_class_of_ones_own_stands_in_no_table():
    class Own(ax.Layer):
        def output_shape(self, input_shape):
            return input_shape

        def forward(self, parameters, x, context):
            return x, None

        def backward(self, parameters, cache, dy):
            return dy, {}

    assert isinstance(LAYERS.resolve(Own()), Own)
    with pytest.raises(ConfigurationError, match="of a class of your own"):
        registry_of(Own())


def test_an_unknown_name_says_where_it_was_found():
    none = UnknownNameError("column", "price", [], where="rows.csv")
    assert str(none) == "rows.csv: unknown column 'price': there is none of any name."
    error = UnknownNameError("key", "LRR", ["LR", "L2"], where="run.json")
    assert str(error).startswith("run.json: unknown key 'LRR'.")
    assert str(error).endswith("Allowed: L2, LR.")


def test_short_ways_are_names_beside_the_members():
    assert {"lstm", "gru"} <= set(LAYERS.names)
    assert not {"lstm", "gru"} & set(LAYERS)
    assert set(LAYERS.short_ways) == {"lstm", "gru"}
    assert LAYERS.name_of(LAYERS.resolve({"name": "gru", "units": 2})) == "recurrent"
