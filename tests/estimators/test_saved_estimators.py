"""What an estimator saved predicts the same: in Python and on the command line, to the bit."""

import csv
import io
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris
from typer.testing import CliRunner

import axone as ax
from axone.cli import app
from axone.errors import ArgumentTypeError, ConfigurationError, DataError
from axone.model import Model

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
WORDS = np.array(["setosa", "versicolor", "virginica"])[Y]
NUMBERS, AMOUNTS = load_diabetes(return_X_y=True)
COUNTS = np.round(AMOUNTS / 50)
SEVERAL = np.column_stack([Y == 0, Y > 0, X[:, 0] > 5.8]).astype(int)
QUICK = {"max_iter": 5, "random_state": 0}
TABULAR = {"hidden_layer_sizes": 8, "max_epochs": 2, "random_state": 0}
NAMED = pd.DataFrame(X, columns=["a", "b", "c", "d"])
MIXED = NAMED.assign(
    kind=np.where(X[:, 0] > 5.8, "large", "small"),
    b=NAMED["b"].where(NAMED.index % 7 > 0),
    day=pd.date_range("2026-01-01", periods=150).astype(str),
    same=1,
)

CASES = {
    "classes that are whole numbers": (ax.MLPClassifier((8,), **QUICK), X, Y),
    "classes that are words": (ax.MLPClassifier((8,), scale=True, **QUICK), X, WORDS),
    "classes that are words as objects": (ax.MLPClassifier(**QUICK), X, WORDS.astype(object)),
    "classes that are truths": (ax.MLPClassifier((8,), **QUICK), X, Y > 0),
    "classes that are negative": (ax.MLPClassifier((8,), **QUICK), X, Y.astype(np.int8) - 1),
    "classes that are floats": (ax.MLPClassifier((8,), **QUICK), X, Y * 2.0),
    "a single class": (ax.MLPClassifier((8,), **QUICK), X, np.full(150, "only")),
    "several labels": (ax.MLPClassifier((8,), **QUICK), X, SEVERAL),
    "float32": (ax.MLPClassifier((8,), dtype="float32", **QUICK), X, Y),
    "named columns": (ax.MLPClassifier((8,), scale="minmax", **QUICK), NAMED, Y),
    "a solver of all rows": (ax.MLPClassifier((8,), solver="lbfgs", **QUICK), X, Y),
    "the reference engine": (ax.MLPClassifier((8,), engine="reference", **QUICK), X, Y),
    "batch norm and dropout": (
        ax.MLPClassifier((8, 5), batch_norm=True, dropout=0.1, **QUICK),
        X,
        Y,
    ),
    "numbers": (ax.MLPRegressor(hidden_layer_sizes=(8,), scale=True, **QUICK), NUMBERS, AMOUNTS),
    "numbers in float32": (
        ax.MLPRegressor(hidden_layer_sizes=(8,), **QUICK),
        NUMBERS.astype(np.float32),
        AMOUNTS,
    ),
    "several numbers": (
        ax.MLPRegressor(hidden_layer_sizes=(8,), **QUICK),
        NUMBERS,
        np.column_stack([AMOUNTS, COUNTS]),
    ),
    "counts": (ax.MLPRegressor("poisson", (8,), **QUICK), NUMBERS, COUNTS),
    "absolute errors": (ax.MLPRegressor("mae", (8,), **QUICK), NUMBERS, AMOUNTS),
    "layers": (ax.NetworkClassifier([ax.Dense(6, "gelu"), ax.Dropout(0.1)], **QUICK), X, WORDS),
    "layers that take images": (
        ax.NetworkClassifier([ax.Flatten()], input_shape=(2, 2), scale=True, **QUICK),
        X,
        Y,
    ),
    "layers for numbers": (ax.NetworkRegressor(loss="huber", **QUICK), NUMBERS, AMOUNTS),
    "a table of an array": (ax.TabularClassifier(**TABULAR), np.c_[X, np.ones(150)], WORDS),
    "a table of everything": (ax.TabularClassifier(**TABULAR), MIXED, Y),
    "a table with two classes": (ax.TabularClassifier(n_networks=1, **TABULAR), MIXED, Y > 1),
    "a table's numbers": (ax.TabularRegressor(n_networks=3, **TABULAR), MIXED, X[:, 0]),
    "two numbers of a table": (ax.TabularRegressor(**TABULAR), MIXED, X[:, :2] * [1, 1000]),
    "signals": (ax.ConvClassifier([ax.Conv1D(3, 2, "relu"), ax.Flatten()], **QUICK), X, WORDS),
    "numbers of signals": (
        ax.ConvRegressor([ax.Conv1D(3, 2, "relu"), ax.Flatten()], **QUICK),
        NUMBERS,
        np.column_stack([AMOUNTS, COUNTS]),
    ),
    "sequences": (ax.SequenceClassifier([ax.GRU(4, last=True)], **QUICK), X, Y),
    "the median of numbers of sequences": (
        ax.SequenceRegressor([ax.GRU(4, last=True)], loss=ax.Quantile((0.1, 0.5, 0.9)), **QUICK),
        NUMBERS,
        AMOUNTS,
    ),
    "a perceptron": (ax.Perceptron(random_state=0), X, Y > 0),
    "a perceptron for every class": (ax.Perceptron(max_iter=20, random_state=0), NAMED, WORDS),
}


@pytest.fixture(scope="module")
def fitted():
    """Every estimator, fitted once."""
    done = {}

    def of(case):
        if case not in done:
            estimator, rows, y = CASES[case]
            done[case] = estimator.fit(rows, y)
        return done[case], CASES[case][1]

    return of


@pytest.mark.parametrize("case", CASES)
def test_what_is_loaded_predicts_what_the_estimator_predicts(tmp_path, fitted, case):
    estimator, rows = fitted(case)
    ax.save(estimator, tmp_path / "model.safetensors")
    loaded = ax.load(tmp_path / "model.safetensors")
    assert isinstance(loaded, Model)
    for given in (rows, rows[:1]):
        expected, found = estimator.predict(given), loaded.predict(given)
        np.testing.assert_array_equal(found, expected)
        assert (found.dtype.kind, found.shape) == (expected.dtype.kind, expected.shape)
        if hasattr(estimator, "predict_proba"):
            probabilities = estimator.predict_proba(given)
            np.testing.assert_array_equal(loaded.predict_proba(given), probabilities)
    ax.save(loaded, tmp_path / "again.safetensors")
    again, first = (tmp_path / f"{name}.safetensors" for name in ("again", "model"))
    assert again.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("case", CASES)
def test_a_pickled_estimator_holds_the_same_model(fitted, case):
    estimator, rows = fitted(case)
    copy = pickle.loads(pickle.dumps(estimator))
    np.testing.assert_array_equal(copy.predict(rows), estimator.predict(rows))
    np.testing.assert_array_equal(copy.model_.predict(rows), estimator.predict(rows))


@pytest.mark.parametrize("case", CASES)
def test_axone_predict_reads_what_an_estimator_saved(tmp_path, fitted, case):
    estimator, rows = fitted(case)
    model, new = tmp_path / "model.safetensors", tmp_path / "new.csv"
    ax.save(estimator, model)
    frame = pd.DataFrame(rows) if isinstance(rows, np.ndarray) else rows
    if case == "a table of an array":
        frame = frame.add_prefix("x")  # the tabular estimators call an array's columns so
    frame[:20].to_csv(new, index=False)
    result = CliRunner().invoke(app, ["predict", str(model), str(new)])
    assert result.exit_code == 0, result.output
    printed = list(csv.DictReader(io.StringIO(result.stdout)))
    expected = estimator.predict(rows[:20])
    columns = [name for name in printed[0] if name.startswith("prediction")]
    found = np.array([[row[name] for name in columns] for row in printed])
    if expected.dtype.kind == "f" and not hasattr(estimator, "classes_"):
        numbers = found.astype(float).reshape(expected.shape)
        np.testing.assert_allclose(numbers, expected, rtol=1e-5)
    else:
        target = estimator.model_.target
        names = dict(zip(target.labels, target.class_names, strict=True))
        words = expected if target.several else [[names[label]] for label in expected.tolist()]
        assert found.tolist() == np.asarray(words).astype(str).tolist()
    if hasattr(estimator, "predict_proba"):
        shown = [[float(row[name]) for name in row if name not in columns] for row in printed]
        np.testing.assert_allclose(shown, estimator.predict_proba(rows[:20]), rtol=1e-4, atol=1e-6)


def test_a_model_of_the_command_line_and_one_of_an_estimator_are_the_same_thing(tmp_path):
    run = ax.Experiment.from_source("iris", {"training": {"epochs": 2}}).run(tmp_path / "run")
    loaded = ax.load(tmp_path / "run" / "model.safetensors")
    np.testing.assert_array_equal(loaded.predict_proba(X), run.model.predict_proba(X))
    estimator = ax.MLPClassifier(**QUICK).fit(X, WORDS)
    assert type(estimator.model_) is type(loaded)


def test_a_saved_estimator_is_evaluated_on_a_file_of_rows(tmp_path):
    estimator = ax.MLPClassifier((8,), max_iter=60, scale=True, random_state=0).fit(NAMED, WORDS)
    model, rows = tmp_path / "model.safetensors", tmp_path / "rows.csv"
    ax.save(estimator, model)
    NAMED.assign(species=WORDS).to_csv(rows, index=False)
    arguments = ["evaluate", str(model), str(rows), "--target", "species", "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    accuracy = estimator.score(NAMED, WORDS)
    assert f'"accuracy": {accuracy:.6f}'.rstrip("0") in result.stdout
    alone = CliRunner().invoke(app, ["evaluate", str(model)])
    assert alone.exit_code == 2


def test_an_estimator_that_is_not_fitted_cannot_be_saved(tmp_path):
    for thing in (ax.MLPClassifier(), ax.TabularRegressor(), "model"):
        with pytest.raises(ArgumentTypeError, match="call fit before"):
            ax.save(thing, tmp_path / "model.safetensors")


def test_classes_that_no_file_can_hold_are_refused(tmp_path):
    days = np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[D]")[(Y > 0).astype(int)]
    estimator = ax.TabularClassifier(**TABULAR).fit(X, days)
    assert estimator.predict(X).dtype == days.dtype
    with pytest.raises(ConfigurationError, match=r"labels of type datetime64.*cannot be saved"):
        ax.save(estimator, tmp_path / "model.safetensors")


def test_weights_put_into_coefs_are_those_that_are_saved(tmp_path):
    estimator = ax.MLPClassifier((8,), **QUICK).fit(X, Y)
    estimator.coefs_[1] = np.zeros((8, 3))
    estimator.intercepts_[1] = [0.0, 5.0, 0.0]
    ax.save(estimator, tmp_path / "model.safetensors")
    assert (ax.load(tmp_path / "model.safetensors").predict(X) == 1).all()
    estimator.coefs_ = [np.zeros((4, 8)), np.zeros((8, 3))]
    estimator.intercepts_ = [np.zeros(8), np.array([9.0, 0.0, 0.0])]
    assert (estimator.predict(X) == 0).all()


def test_a_perceptron_has_no_probabilities():
    estimator = ax.Perceptron(random_state=0).fit(X, Y > 0)
    with pytest.raises(DataError, match="no probabilities"):
        estimator.model_.predict_proba(X)
    assert estimator.model_.predict(X).tolist() == (estimator.decision_function(X) >= 0).tolist()
