"""Counterfactuals: the answer flips, nothing in the change is idle, and linear ones are optimal."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import axone as ax
from axone.data import Preprocessing
from axone.errors import ArgumentTypeError, ConfigurationError, DataError, UnknownNameError
from axone.explanation.counterfactual.least import fewest_digits
from axone.losses import LOSSES
from axone.model import Classes, Model, Numbers


def model_of(network, parameters, X, target, scaling="standard"):
    preprocessing = Preprocessing.fit(X, scaling)
    loss = LOSSES.resolve("mse" if isinstance(target, Numbers) else "cce")
    return Model(network, (parameters,), loss, preprocessing, target)


def linear(weight, bias, X):
    """A model of two classes, the second one where w·x + b > 0 of the raw columns."""
    network = ax.Network(ax.Dense(2, "softmax"), input_shape=len(weight))
    parameters = network.initialize(dtype="float64").replaced(
        {"0.weight": [np.zeros(len(weight)), weight], "0.bias": [0.0, bias]}
    )
    return model_of(network, parameters, X, Classes(class_names=("no", "yes")), "none")


def require_least(model, row, X, found, wanted=None, *, is_whole=(), bounds=None, to=None):
    """The answer is wanted, and no longer if a change is undone or a hundredth smaller."""

    def answers_so(cells):
        answer = model.predict(pd.DataFrame([cells]))[0]
        if to is not None:
            return (answer >= to) == (found.before < to) or answer == to
        return answer == wanted if wanted is not None else answer != found.before

    table = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X, columns=list(found.row))
    as_it_was = dict(zip(table.columns, row, strict=True))
    assert answers_so(found.row)
    assert {name for name in as_it_was if found.row[name] != as_it_was[name]} == {
        change.column for change in found.changes
    }
    for change in found.changes:
        assert (change.before, change.after) == (
            as_it_was[change.column],
            found.row[change.column],
        )
        assert not answers_so(found.row | {change.column: change.before})
        if isinstance(change.after, str | bool):
            assert change.after in set(table[change.column])
            continue
        low, high = (bounds or {}).get(
            change.column, (table[change.column].min(), table[change.column].max())
        )
        assert low <= change.after <= high
        if change.column in is_whole:
            assert isinstance(change.after, int)
            nearer = change.after - int(math.copysign(1, change.after - change.before))
        else:
            nearer = change.before + 0.99 * (change.after - change.before)
        if low <= nearer <= high:
            assert not answers_so(found.row | {change.column: nearer})


def spreads(X):
    return np.median(np.abs(X - np.median(X, axis=0)), axis=0)


def test_of_a_linear_network_the_column_that_wins_most_for_its_spread_is_moved():
    X = np.random.default_rng(0).normal(size=(400, 3)) * [1.0, 10.0, 0.1]
    weight = np.array([1.0, 0.2, 5.0])
    model = linear(weight, -1.0, X)
    row = np.array([0.0, 0.0, 0.0])
    found = ax.counterfactual(model, row, X)
    assert (found.before, found.after) == ("no", "yes")
    (change,) = found.changes
    best = int((weight * spreads(X)).argmax())
    assert change.column == f"x{best + 1}"
    # To the plane w·x = 1, and beyond by no more than a number of few digits needs.
    assert 1 / weight[best] <= change.after <= 1.004 / weight[best]
    assert found.distance == pytest.approx(change.after / spreads(X)[best])


@settings(max_examples=12)  # each a search of its own
@given(st.integers(0, 10_000))
def test_where_one_column_does_not_suffice_the_change_is_that_of_a_linear_program(seed):
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, size=(300, 5))
    weight = random.uniform(0.3, 1.0, 5)
    row = random.uniform(-0.5, 0.5, 5)
    reach = weight @ (X.max(axis=0) - row)
    bias = -(weight @ row) - 0.6 * reach
    model = linear(weight, bias, X)
    found = ax.counterfactual(model, row, X)
    # min Σ d/spread, w·(x + d) + b ≥ 0, 0 ≤ d ≤ up to the bound.
    best = linprog(
        1 / spreads(X),
        A_ub=[-weight],
        b_ub=[weight @ row + bias],
        bounds=[(0, most) for most in X.max(axis=0) - row],
    )
    fewest = np.sort(weight * (X.max(axis=0) - row))[::-1].cumsum() >= 0.6 * reach
    assert found.distance >= best.fun * (1 - 1e-9)
    # A column more must spare a whole unit: against the cheapest of all, columns counted.
    columns = int((best.x > 1e-9).sum())
    assert found.distance + len(found.changes) <= (best.fun + columns) * 1.005
    assert len(found.changes) >= int(fewest.argmax()) + 1
    require_least(model, row, X, found)


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.sampled_from(["relu", "tanh", "gelu"]), st.integers(2, 4))
def test_whatever_the_network_nothing_in_a_change_is_idle(seed, activation, classes):
    random = np.random.default_rng(seed)
    X = random.normal(size=(120, 4)) * [1.0, 100.0, 0.01, 5.0] + [0.0, 1000.0, 0.0, -5.0]
    network = ax.Network(ax.Dense(8, activation), ax.Dense(classes, "softmax"), input_shape=4)
    drawn = network.initialize(seed)
    parameters = drawn.replaced({name: 3 * drawn[name] for name in drawn.shapes if "w" in name})
    names = tuple("abcd"[:classes])
    model = model_of(network, parameters, X, Classes(class_names=names))
    for wanted in (None, *names):
        found = ax.counterfactual(model, X[0], X, wanted=wanted)
        if found is None:
            # Then no single row of the data has that answer.
            assert wanted not in set(model.predict(X))
        elif found.changes:
            require_least(model, X[0], X, found, wanted)
        else:
            assert found.before == wanted


@pytest.fixture(scope="module")
def flats():
    random = np.random.default_rng(2)
    table = pd.DataFrame(
        {
            "area": random.uniform(30, 200, 300).round(1),
            "town": random.choice(["Basel", "Bern", "Genf"], 300),
            "rooms": random.integers(1, 7, 300),
            "lift": random.choice([True, False], 300),
            "sold": pd.to_datetime("2020-01-01")
            + pd.to_timedelta(random.integers(0, 900, 300), "D"),
        }
    )
    worth = table["area"] / 40 + table["rooms"] / 3 + (table["town"] == "Genf") + table["lift"] / 2
    y = np.where(worth > 5, "dear", "cheap")
    described = {
        "seed": 1,
        "training": {"epochs": 30, "optimizer": {"name": "adam", "learning_rate": 0.02}},
    }
    return ax.Experiment.in_memory(described).run(dataset=(table, y)).model, table, worth


def test_of_a_table_whole_numbers_stay_whole_and_categories_have_known_values(flats):
    model, table, _worth = flats
    for number in range(12):
        row = table.iloc[[number]]
        found = ax.counterfactual(model, row, table)
        assert found.before != found.after
        assert found.row["sold"] == row["sold"].iloc[0]
        require_least(model, row.iloc[0], table, found, is_whole={"rooms"})


def test_columns_that_are_fixed_stay_and_bounds_hold(flats):
    model, table, _worth = flats
    cheap = int(np.flatnonzero(model.predict(table) == "cheap")[0])
    row = dict(table.iloc[cheap])
    free = ax.counterfactual(model, row, table)
    fixed = {change.column for change in free.changes}
    other = ax.counterfactual(model, row, table, fixed=fixed)
    assert fixed.isdisjoint(change.column for change in other.changes)
    require_least(model, row.values(), table, other, is_whole={"rooms"})
    bounds = {"area": (40.0, row["area"] + 20.0), "rooms": (1, 5)}
    inside = ax.counterfactual(model, row, table, fixed=["town", "lift"], bounds=bounds)
    if inside is not None:
        require_least(model, row.values(), table, inside, is_whole={"rooms"}, bounds=bounds)
    assert ax.counterfactual(model, row, table, fixed=list(table.columns)) is None


def test_where_nothing_within_the_bounds_flips_nothing_is_found():
    X = np.random.default_rng(0).uniform(-1, 1, size=(100, 2))
    assert ax.counterfactual(linear(np.ones(2), -5.0, X), [0.0, 0.0], X) is None


def test_a_row_that_has_the_answer_already_needs_no_change():
    X = np.random.default_rng(0).uniform(-1, 1, size=(100, 2))
    found = ax.counterfactual(linear(np.ones(2), 0.0, X), [0.5, 0.5], X, wanted="yes")
    assert (found.changes, found.distance) == ((), 0.0)
    assert found.before == found.after == "yes"


def test_numbers_are_brought_to_what_is_asked_from_either_side():
    random = np.random.default_rng(0)
    X = random.normal(size=(200, 3))
    network = ax.Network(ax.Dense(6, "tanh"), ax.Dense(1), input_shape=3)
    model = model_of(network, network.initialize(4), X, Numbers())
    row = X[0]
    now = float(model.predict(X[:1])[0])
    for to in (now - 0.3, now + 0.3):
        found = ax.counterfactual(model, row, X, to=to)
        assert found.before == pytest.approx(now)
        assert found.after >= to if to > now else found.after <= to
        assert found.after == pytest.approx(to, abs=0.01)
        require_least(model, row, X, found, to=to)


def test_a_missing_cell_stays_missing():
    random = np.random.default_rng(0)
    table = pd.DataFrame({"a": random.normal(size=100), "b": random.normal(size=100)})
    table.loc[::9, "a"] = np.nan
    y = (table["b"] > 0).astype(int).to_numpy()
    model = ax.Experiment.in_memory({"training": {"epochs": 15}}).run(dataset=(table, y)).model
    found = ax.counterfactual(model, table.iloc[[0]], table)
    assert [change.column for change in found.changes] == ["b"]
    assert np.isnan(found.row["a"])
    frame = pd.DataFrame([found.row])
    assert model.predict(frame)[0] == found.after != found.before


def test_estimators_with_several_networks_and_bins_are_asked_too():
    random = np.random.default_rng(0)
    table = pd.DataFrame({"a": random.normal(size=200), "b": random.choice(["x", "y"], 200)})
    y = np.where(table["a"] + (table["b"] == "y") > 0.5, "yes", "no")
    estimator = ax.TabularClassifier(max_epochs=15, random_state=0).fit(table, y)
    for number in range(5):
        row = table.iloc[number]
        found = ax.counterfactual(estimator, row, table)
        assert estimator.predict(pd.DataFrame([found.row]))[0] == found.after != found.before
        require_least(estimator, row, table, found)


def test_what_cannot_be_asked_is_refused(flats):
    model, table, _worth = flats
    row = table.iloc[[0]]
    with pytest.raises(UnknownNameError, match="fixed: unknown column 'aera'"):
        ax.counterfactual(model, row, table, fixed=["aera"])
    with pytest.raises(UnknownNameError, match="unknown class 'expensive'"):
        ax.counterfactual(model, row, table, wanted="expensive")
    with pytest.raises(ConfigurationError, match="this model predicts classes"):
        ax.counterfactual(model, row, table, to=3.0)
    with pytest.raises(ConfigurationError, match="'town' is no column of numbers"):
        ax.counterfactual(model, row, table, bounds={"town": (0, 1)})
    with pytest.raises(ConfigurationError, match="nothing lies between 9 and 3"):
        ax.counterfactual(model, row, table, bounds={"area": (9, 3)})
    with pytest.raises(DataError, match="no column 'area'"):
        ax.counterfactual(model, {"town": "Bern"}, table)
    with pytest.raises(ArgumentTypeError, match="Give a Model"):
        ax.counterfactual("model", row, table)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 0.1))
def test_the_number_of_the_fewest_digits_lies_between(one, share):
    other = one * (1 + share)
    found = fewest_digits(one, other)
    assert min(one, other) <= found <= max(one, other)
    if one:
        digits = len(f"{found:.17g}".replace("-", "").replace(".", "").strip("0").split("e")[0])
        assert found == float(f"{found:.{max(1, min(17, digits))}g}")
