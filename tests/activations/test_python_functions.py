"""Python functions as activations: the reference engine's, their derivatives checked or taken."""

import warnings

import numpy as np
import pytest

import axone as ax
from axone.activations import ACTIVATIONS, PythonFunction
from axone.engines.native import NativeEngine
from axone.errors import ArgumentTypeError, ConfigurationError, ShapeError


def bent(z):
    return np.arctan(z) + 0.1 * z


def slope_of_bent(z):
    return 1 / (1 + z**2) + 0.1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_derivative_that_is_given_is_used(dtype):
    function = PythonFunction(bent, slope_of_bent)
    z = np.linspace(-5, 5, 12).reshape(3, 4).astype(dtype)
    a = function.value(z)
    assert a.dtype == dtype
    np.testing.assert_array_equal(a, bent(z).astype(dtype))
    slope = function.backward(z, a, np.full_like(z, 2))
    assert slope.dtype == dtype
    np.testing.assert_allclose(slope, 2 * slope_of_bent(z), rtol=1e-6)


def test_without_one_it_is_taken_by_differences_with_a_warning():
    with pytest.warns(UserWarning, match="bent has no derivative: it is taken by differences"):
        function = PythonFunction(bent)
    z = np.linspace(-50, 50, 101)[None]
    np.testing.assert_allclose(function.derivative(z, z), slope_of_bent(z), rtol=1e-8)
    single = z.astype(np.float32)
    found = function.derivative(single, single)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, slope_of_bent(z), rtol=1e-6)


@pytest.mark.parametrize("slope", [np.cos, lambda z: slope_of_bent(z) * 1.01, np.zeros_like])
def test_one_that_is_wrong_is_refused_with_the_place_where_it_is(slope):
    with pytest.raises(ConfigurationError, match=r"slope of bent is not .*: at z = -3.7 it gives"):
        PythonFunction(bent, slope)


def test_a_kink_is_no_mistake():
    PythonFunction(lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0)


@pytest.mark.parametrize(
    ("function", "error", "words"),
    [
        (lambda z: z / z.sum(), ConfigurationError, "takes each cell by itself"),
        (lambda z: z.sum(), ShapeError, "<lambda> made an array of shape ()"),
        (lambda z: z[..., None], ShapeError, "keeps the shape"),
        (3, ArgumentTypeError, "must be a function of z, not 3"),
        (dict, ArgumentTypeError, "must be a function of z"),
    ],
)
def test_what_is_no_function_of_cells_is_refused(function, error, words):
    with pytest.raises(error) as caught:
        PythonFunction(function, np.ones_like)
    assert words in str(caught.value)


def test_a_layer_takes_the_function_itself_and_trains():
    with pytest.warns(UserWarning, match="bent has no derivative"):
        layer = ax.Dense(5, bent)
    assert layer.function == ACTIVATIONS.resolve(layer.function)
    network = ax.Network(layer, ax.Dense(1), input_shape=3)
    assert "Dense (PythonFunction)" in str(network.summary())
    X = np.random.default_rng(0).normal(size=(30, 3))
    trainer = ax.Trainer(network, loss="mse", engine="reference", seed=0)
    history = trainer.fit(train=(X, np.sin(X).sum(axis=1)), max_epochs=5).history
    assert history["train_loss"][-1] < history["train_loss"][0]


def test_its_gradient_is_that_of_the_formula_that_says_the_same():
    X = np.random.default_rng(0).normal(size=(9, 3))
    y = X.sum(axis=1, keepdims=True)
    ends = []
    for activation in (
        PythonFunction(lambda z: z * np.tanh(z), lambda z: np.tanh(z) + z / np.cosh(z) ** 2),
        "z*tanh(z)",
    ):
        network = ax.Network(ax.Dense(4, activation, "glorot_uniform"), ax.Dense(1), input_shape=3)
        parameters = network.initialize(0, "float64")
        found = ax.loss_and_gradient(network, parameters, X, y, loss="mse", engine="reference")
        ends.append(found[1].vector)
    np.testing.assert_allclose(*ends, rtol=1e-12)


def test_the_compiled_engine_and_files_say_that_it_is_not_theirs(tmp_path):
    function = PythonFunction(bent, slope_of_bent)
    network = ax.Network(ax.Dense(4, function), ax.Dense(1), input_shape=3)
    trainer = ax.Trainer(network, loss="mse", engine="reference")
    (obstacle,) = NativeEngine().obstacles(trainer.recipe)
    assert obstacle == (
        "PythonFunction is an activation of your own: it runs on the reference engine."
    )
    with pytest.raises(ConfigurationError, match="has no name that a file could hold"):
        network.to_data()


def test_estimators_take_functions():
    X = np.random.default_rng(0).normal(size=(40, 3))
    function = PythonFunction(bent, slope_of_bent)
    regressor = ax.MLPRegressor(
        hidden_layer_sizes=(5,),
        activation=function,
        max_iter=500,
        tol=0.1,
        random_state=0,
        engine="reference",
    ).fit(X, X.sum(axis=1))
    assert regressor.model_.network.layers[0].function is function
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        regressor.set_params(activation=bent).fit(X, X.sum(axis=1))
    assert regressor.model_.network.layers[0].function.function is bent
