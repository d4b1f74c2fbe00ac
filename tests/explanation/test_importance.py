"""Importance and dependence of columns, held against networks of scikit-learn's own."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import axone as ax
from axone.errors import ArgumentTypeError, ConfigurationError, DataError
from axone.explanation.importance import column_importance, dependence


def trained(X, y, **settings):
    """The model of a short run in float64, and its training rows' numbers."""
    described = {
        "dtype": "float64",
        "seed": 3,
        "data": {"validation": 0.2, "test": 0.0},
        "network": {"hidden": [8]},
        "training": {"epochs": 15, "optimizer": {"name": "adam", "learning_rate": 0.02}},
    }
    return ax.Experiment.in_memory({**described, **settings}).run(dataset=(X, y)).model


def of_scikit_learn(kind, model, preparation, X, y):
    """scikit-learn's network of the same weights, behind its own preparation of the rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # its weights are replaced
        network = kind(hidden_layer_sizes=(8,), max_iter=1).fit(preparation.fit_transform(X), y)
    parameters = model.parameters
    network.coefs_ = [parameters[f"{layer}.weight"].T for layer in (0, 1)]
    network.intercepts_ = [parameters[f"{layer}.bias"] for layer in (0, 1)]
    return make_pipeline(preparation, network)


@pytest.fixture(scope="module")
def numbers():
    """A run of three classes, and scikit-learn's same network."""
    random = np.random.default_rng(0)
    X = random.normal(size=(200, 4)) * [1, 5, 0.2, 1] + [0, 3, 0, 1]
    y = np.digitize(X[:, 0] + X[:, 1] / 5, (0.2, 1.0))
    model = trained(X, y)
    scaler = model.preprocessing.scaler
    oracle = of_scikit_learn(MLPClassifier, model, StandardScaler(), X, y.astype(str))
    standard = oracle[0]
    standard.mean_, standard.scale_ = scaler.shift, scaler.scale
    return model, oracle, X, y


def test_importance_is_that_of_scikit_learns_network(numbers):
    model, oracle, X, y = numbers
    names = ["a", "b", "c", "d"]
    found = column_importance(ax.as_estimator(model), X, y.astype(str), names, seed=7)
    wanted = permutation_importance(oracle, X, y.astype(str), n_repeats=5, random_state=7)
    drops = {column.name: column for column in found.columns}
    for place, name in enumerate(names):
        np.testing.assert_allclose(drops[name].drops, wanted.importances[place], atol=1e-12)
        np.testing.assert_allclose(drops[name].mean, wanted.importances_mean[place], atol=1e-12)
        np.testing.assert_allclose(drops[name].spread, wanted.importances_std[place], atol=1e-12)
    assert found.score == oracle.score(X, y.astype(str))
    means = [column.mean for column in found.columns]
    assert means == sorted(means, reverse=True)


def test_a_column_matters_as_much_whichever_others_are_asked_for(numbers):
    model, _oracle, X, y = numbers
    names = ["a", "b", "c", "d"]
    estimator = ax.as_estimator(model)
    everything = column_importance(estimator, X, y.astype(str), names)
    some = column_importance(estimator, X, y.astype(str), names, columns=[3, 1])
    assert {column.name for column in some.columns} == {"b", "d"}
    assert set(some.columns) <= set(everything.columns)


def test_dependence_is_that_of_scikit_learns_network(numbers):
    model, oracle, X, _y = numbers
    found = dependence(ax.as_estimator(model), X, 1, "b", ["0", "1", "2"], lines=20)
    wanted = partial_dependence(
        oracle, X, [1], kind="both", grid_resolution=40, response_method="predict_proba"
    )
    np.testing.assert_allclose(found.values, wanted.grid_values[0])
    np.testing.assert_allclose(found.mean, wanted.average, atol=1e-9)
    rows = np.linspace(0, 199, 20).round().astype(int)
    np.testing.assert_allclose(found.lines, wanted.individual[:, rows], atol=1e-9)
    assert found.outputs == ("0", "1", "2")


@pytest.fixture(scope="module")
def mixed():
    """A regression on a table with a category, and scikit-learn's same network."""
    random = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "area": random.uniform(30, 200, 150).round(1),
            "town": random.choice(["Basel", "Bern", "Genf"], 150),
            "rooms": random.integers(1, 7, 150).astype(float),
        }
    )
    y = table["area"] * 3 + table["rooms"] * 20 + (table["town"] == "Genf") * 100.0
    model = trained(table, y.to_numpy())
    columns = ColumnTransformer(
        [
            ("area", StandardScaler(), ["area"]),
            ("town", OneHotEncoder(), ["town"]),
            ("rooms", StandardScaler(), ["rooms"]),
        ]
    )
    oracle = of_scikit_learn(MLPRegressor, model, columns, table, y)
    scaler, target = model.preprocessing.scaler, model.target.scaler
    for name, place in (("area", 0), ("rooms", 4)):
        step = oracle[0].named_transformers_[name]
        step.mean_, step.scale_ = scaler.shift[[place]], scaler.scale[[place]]
    network = oracle[1]
    network.coefs_[1] = network.coefs_[1] * target.scale
    network.intercepts_[1] = network.intercepts_[1] * target.scale + target.shift
    return model, oracle, table, y.to_numpy()


def test_of_a_table_importance_is_one_of_each_column_and_not_of_each_input(mixed):
    model, oracle, table, y = mixed
    found = column_importance(ax.as_estimator(model), table, y, list(table.columns), repeats=3)
    wanted = permutation_importance(oracle, table, y, n_repeats=3, random_state=0)
    drops = {column.name: column.drops for column in found.columns}
    assert set(drops) == {"area", "town", "rooms"}
    for place, name in enumerate(table.columns):
        np.testing.assert_allclose(drops[name], wanted.importances[place], atol=1e-9)
    np.testing.assert_allclose(found.score, oracle.score(table, y), atol=1e-12)


def test_a_category_is_put_to_each_of_its_values(mixed):
    model, oracle, table, _y = mixed
    found = dependence(ax.as_estimator(model), table, 1, "town", ["price"], is_category=True)
    wanted = partial_dependence(oracle, table, ["town"], categorical_features=["town"])
    assert found.values.tolist() == ["Basel", "Bern", "Genf"]
    np.testing.assert_allclose(found.mean, wanted.average, rtol=1e-9)
    assert found.lines.shape == (1, 50, 3)


def test_rows_whose_cell_is_missing_are_left_out_of_that_columns_dependence(mixed):
    model, oracle, table, _y = mixed
    gaps = table.copy()
    gaps.loc[::3, "town"] = None
    found = dependence(ax.as_estimator(model), gaps, 1, "town", ["price"], is_category=True)
    rest = gaps[gaps["town"].notna()]
    wanted = partial_dependence(oracle, rest, ["town"], categorical_features=["town"])
    np.testing.assert_allclose(found.mean, wanted.average, rtol=1e-9)
    assert len(found.cells) == len(rest)


def test_nothing_follows_a_column_of_one_value(mixed):
    model, _oracle, table, _y = mixed
    constant = table.assign(area=70.0)
    assert dependence(ax.as_estimator(model), constant, 0, "area", ["price"]) is None


def test_a_column_that_is_nearly_always_0_is_put_to_all_its_values(mixed):
    model, _oracle, table, _y = mixed
    area = np.zeros(len(table))
    area[:2] = 50.0, 90.0
    rare = table.assign(area=area)
    found = dependence(ax.as_estimator(model), rare, 0, "area", ["price"])
    assert found.values.tolist() == [0.0, 50.0, 90.0]


def test_own_estimators_go_into_scikit_learn_as_they_are():
    random = np.random.default_rng(0)
    table = pd.DataFrame({"a": random.normal(size=80), "b": random.choice(["x", "y"], 80)})
    y = np.where(table["b"] == "x", "yes", "no")
    estimator = ax.TabularClassifier(max_epochs=8, n_networks=1, random_state=0).fit(table, y)
    assert ax.as_estimator(estimator) is estimator
    found = permutation_importance(estimator, table, y, random_state=0)
    assert found.importances_mean.argmax() == 1
    drawn = partial_dependence(estimator, table, ["a"], kind="both")
    assert drawn.individual.shape[:2] == (1, 80)


def test_a_trained_model_is_an_estimator_that_is_fitted(numbers):
    model, _oracle, X, y = numbers
    estimator = ax.as_estimator(model)
    assert estimator.classes_.tolist() == ["0", "1", "2"]
    assert estimator.n_features_in_ == 4
    assert clone(estimator).predict(X).tolist() == model.predict(X).tolist()
    assert estimator.score(X, y.astype(str)) == np.mean(model.predict(X) == y.astype(str))
    with pytest.raises(ConfigurationError, match="learns nothing more"):
        estimator.fit(X, y)


def test_what_is_no_model_of_classes_or_numbers_is_refused():
    with pytest.raises(ArgumentTypeError, match="Give a Model, such as"):
        ax.as_estimator("iris")
    X = np.random.default_rng(0).normal(size=(40, 4))
    described = {"data": {"task": "reconstruction"}, "training": {"epochs": 1}}
    model = ax.Experiment.in_memory(described).run(dataset=X).model
    with pytest.raises(DataError, match="neither one class a row nor numbers"):
        ax.as_estimator(model)
