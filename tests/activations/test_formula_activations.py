"""Formulas as activations: wherever a name is taken, with constants that are learnt."""

import copy
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

import axone as ax
from axone.activations import ACTIVATIONS, Formula
from axone.errors import ArgumentTypeError, ConfigurationError, FormulaError, UnknownNameError
from axone.experiments import Experiment, ExperimentData

SAME = {
    "relu": "max(0, z)",
    "leaky_relu": "where(z > 0, z, 0.01*z)",
    "swish": "z * sigmoid(z)",
    "gelu": "z * (1 + erf(z/sqrt(2)))/2",
    "gelu_tanh": "0.5*z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z**3)))",
    "softplus": "log(1 + exp(z))",
    "elu": "where(z > 0, z, expm1(z))",
    "sigmoid": "1/(1 + exp(-z))",
    "tanh": "tanh(z)",
    "exponential": "exp(z)",
    "identity": "1*z",
}
"""Built-in activations, written as formulas."""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", list(SAME))
def test_a_formula_is_what_the_activation_of_a_name_is(name, dtype):
    built_in, formula = ACTIVATIONS.resolve(name), ACTIVATIONS.resolve(SAME[name])
    assert isinstance(formula, Formula)
    if name not in ("exponential", "identity"):
        assert formula.initializer == built_in.initializer
    z = np.concatenate([np.linspace(-9, 9, 101), [-1e4, 0, 1e4]]).astype(dtype)[None]
    if name == "exponential":
        z = z[:, :-3]
    da = np.random.default_rng(0).normal(size=z.shape).astype(dtype)
    tolerance = 1e-12 if dtype == "float64" else 3e-6
    a, wanted = formula.value(z), built_in.value(z)
    np.testing.assert_allclose(a, wanted, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(
        formula.backward(z, a, da), built_in.backward(z, wanted, da), rtol=tolerance, atol=tolerance
    )
    assert a.dtype == dtype


@given(seed=st.integers(0, 2**32 - 1), a=st.floats(-2, 2), b=st.floats(0.2, 2))
def test_learnt_constants_have_the_gradient_of_differences(
    seed, a, b, numeric_gradient, relative_error, away_from_zero
):
    function = Formula("a*z + b*tanh(b*z), a=1, b=0.5")
    assert dict(function.learned) == {"a": 1.0, "b": 0.5}
    z, weights = away_from_zero((4, 3), seed), away_from_zero((4, 3), seed + 1)
    values = {"a": np.array([a]), "b": np.array([b])}
    bound = function.bind(values)
    gradients = bound.learned_gradients(z, weights)
    assert list(gradients) == ["a", "b"]
    for name, array in values.items():

        def loss():
            return float((weights * function.bind(values).value(z)).sum())

        assert relative_error(gradients[name], numeric_gradient(loss, array)) <= 1e-7


def test_a_network_learns_its_constants():
    layer = ax.Dense(4, "a*z + b*tanh(z), a=1, b=0.5")
    network = ax.Network(layer, ax.Activation("c*z, c=2"), ax.Dense(1), input_shape=3)
    parameters = network.initialize(0)
    assert parameters["0.a"] == 1
    assert parameters["0.b"] == 0.5
    assert parameters["1.c"] == 2
    assert network.parameter_count == 12 + 4 + 2 + 1 + 5
    X = np.random.default_rng(0).normal(size=(50, 3))
    trainer = ax.Trainer(network, loss="mse", optimizer=ax.Adam(0.01), engine="reference", seed=0)
    result = trainer.fit(train=(X, np.sin(X).sum(axis=1)), max_epochs=3)
    assert {name: result.parameters[name].item() for name in ("0.a", "0.b", "1.c")} != {
        "0.a": 1.0,
        "0.b": 0.5,
        "1.c": 2.0,
    }


def test_weight_decay_leaves_learnt_constants_alone():
    specs = ax.Dense(2, "a*z, a=1").parameters((3,))
    assert [(spec.name, spec.penalised) for spec in specs] == [
        ("weight", True),
        ("bias", False),
        ("a", False),
    ]


def test_what_nothing_depends_on_passes_nothing_on():
    function, z = Formula("a*log(abs(z)), a=1"), np.array([[0.0, 1.0]])
    da = np.array([[0.0, 2.0]])
    assert function.backward(z, function.value(z), da).tolist() == [[0, 2]]
    assert function.learned_gradients(z, da)["a"].tolist() == [0]


@pytest.mark.parametrize("text", ["z * sigmoid(1.5*z)", "a*z + b*tanh(z), a=1, b=0.5"])
def test_a_formula_survives_files_copies_and_pickles(text, tmp_path):
    network = ax.Network(ax.Dense(4, text), ax.Dense(2, "softmax"), input_shape=3)
    data = json.loads(json.dumps(network.to_data()))
    assert data["layers"][0]["activation"] == {"name": "formula", "formula": text}
    assert ax.Network.from_data(data) == network
    function = Formula(text)
    for again in (copy.deepcopy(function), pickle.loads(pickle.dumps(function))):
        assert again == function
        assert again.initializer == function.initializer
    parameters = network.initialize(1)
    again = ax.Network.from_data(data)
    X = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    np.testing.assert_array_equal(again.predict(parameters, X), network.predict(parameters, X))


def test_a_formula_is_equal_to_itself_alone():
    assert (
        Formula("2*z")
        == ACTIVATIONS.resolve("2*z")
        == ACTIVATIONS.resolve({"name": "formula", "formula": "2*z"})
    )
    assert Formula("2*z") != Formula("3*z")
    assert Formula("a*z, a=1").bind({"a": np.array([3.0])}).value(np.ones((1, 1))) == 3


@pytest.mark.parametrize("word", ["leaky-relu", "rely", "z", "soft max", "relu,tanh", ""])
def test_a_misspelt_name_is_told_as_one(word):
    with pytest.raises(UnknownNameError, match="unknown activation"):
        ACTIVATIONS.resolve(word)


@pytest.mark.parametrize("word", ["swish(z", "z*", "-z+y", "relu(x)", "import os; z*2"])
def test_a_formula_with_a_mistake_is_told_as_one(word):
    with pytest.raises(FormulaError, match="no formula"):
        ACTIVATIONS.resolve(word)


def test_a_formula_without_its_text_is_refused():
    with pytest.raises(ConfigurationError, match="activation 'formula' needs formula"):
        ACTIVATIONS.resolve("formula")
    with pytest.raises(ArgumentTypeError, match="a formula must be a text, not 3"):
        Formula(3)
    with pytest.raises(ConfigurationError, match="'formula': no formula: this is not how"):
        ACTIVATIONS.resolve({"name": "formula", "formula": "z*"})


def test_readers_see_the_formula():
    network = ax.Network(ax.Dense(2, "z * sigmoid(1.5*z)"), ax.Dense(1), input_shape=3)
    assert "Dense (z·sigmoid(1.5·z))" in str(network.summary())
    assert ax.Formula("z * sigmoid(1.5*z)").slope.startswith("sigmoid(1.5 * z) + 1.5 * (z * ")
    parameters = network.initialize(0, "float64")
    (first, _) = network.trace(parameters, np.ones((1, 3)), [[1.0]])
    assert [step.equation for step in first.forward] == ["z = W·x + b", "a = z·sigmoid(1.5·z)"]
    (delta,) = (step.equation for step in first.backward if step.equation.startswith("δ"))
    assert delta == ("δ = ∂L/∂a ⊙ (sigmoid(1.5·z) + 1.5·(z·sigmoid(1.5·z)·(1 - sigmoid(1.5·z))))")
    long = ax.Network(ax.Dense(2, "+".join(f"z**{n}" for n in range(2, 20))), input_shape=1)
    assert all(len(line) <= 80 for line in str(long.summary()).splitlines())


def test_estimators_take_formulas_copy_them_and_search_among_them():
    formulas = ["z * sigmoid(b*z), b=1", "clip(z, -1, 1)"]
    X = np.random.default_rng(0).normal(size=(40, 3))
    y = (X.sum(axis=1) > 0).astype(int)
    estimator = ax.MLPClassifier(
        (6,),
        activation=formulas[0],
        solver="sgd",
        max_iter=60,
        tol=0.05,
        random_state=0,
    )
    again = clone(estimator)
    assert again.get_params()["activation"] == formulas[0]
    again.fit(X, y)
    assert again.model_.network.layers[0].function == Formula(formulas[0])
    search = GridSearchCV(again, {"activation": formulas}, cv=2).fit(X, y)
    assert search.best_params_["activation"] in formulas
    with pytest.raises(ValueError, match=r"'activation' parameter .* no formula"):
        ax.MLPClassifier(activation="z * sigmoid(q*z)").fit(X, y)


def test_a_search_of_settings_tries_formulas(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    choices = ["relu", "z * sigmoid(1.5*z)"]
    experiment = Experiment.from_source(
        "iris", {"network": {"hidden": [4]}, "training": {"epochs": 1}}
    )
    result = ax.tune(experiment, {"network.activation": choices}, search="grid", cv=2)
    tried = {str(trial.labels["network.activation"]) for trial in result.trials}
    assert tried == set(choices)


def test_the_schema_of_files_takes_formulas_and_no_misspelt_names():
    jsonschema = pytest.importorskip("jsonschema", reason="the oracle is the jsonschema package")
    check = jsonschema.Draft202012Validator(ExperimentData.model_json_schema()).is_valid

    def is_valid(activation):
        return check({"data": {"source": "iris"}, "network": {"activation": activation}})

    assert is_valid("relu")
    assert is_valid("z * sigmoid(1.5*z)")
    assert is_valid({"name": "formula", "formula": "2*z"})
    assert not is_valid("rely")


def test_its_working_is_the_formula_with_its_numbers():
    z = np.array([[-2.0, 0.5]])
    power = ax.Formula("z**2 + b*z, b=3")
    assert power.working(z, (0, 0)) == ("(", -2.0, ")", "**2 + ", 3.0, "·", -2.0)
    assert power.working(z, (0, 1)) == (0.5, "**2 + ", 3.0, "·", 0.5)
    bound = power.bind({"b": np.array([-1.5])})
    assert bound.working(z, (0, 1)) == (0.5, "**2 + ", -1.5, "·", 0.5)
    of_python = ax.PythonFunction(np.tanh, lambda z: 1 - np.tanh(z) ** 2)
    assert of_python.working(z, (0, 1)) == ("tanh(", 0.5, ")")
