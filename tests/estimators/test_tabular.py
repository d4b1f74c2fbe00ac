"""The tabular estimators held to scikit-learn's own checks, and to what tables bring with them."""

import pickle
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_regression
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning, NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import axone as ax
from axone.errors import ArgumentTypeError, DataError, UnknownNameError
from axone.estimators.tabular_training import epochs as epochs_of
from axone.estimators.tabular_training import rows_of_a_batch

SMALL = {"hidden_layer_sizes": (16,), "n_networks": 1, "random_state": 0, "threads": 1}

RANDOM_ROWS = (
    "a row of weight 2 meets one mask and one batch, two rows meet two: only a fit without chance,"
    " such as the L-BFGS that scikit-learn checks its own classifier with, could pass"
)


def expected_failures(estimator):
    del estimator
    return {"check_sample_weight_equivalence_on_dense_data": RANDOM_ROWS}


@parametrize_with_checks(
    [ax.TabularClassifier(**SMALL), ax.TabularRegressor(**SMALL)],
    expected_failed_checks=expected_failures,
)
def test_scikit_learn_finds_nothing_amiss(estimator, check):
    with warnings.catch_warnings():
        # Its checks hand over columns of y and mixed types, about which it warns itself.
        warnings.simplefilter("ignore")
        check(estimator)


@pytest.fixture
def table():
    """Everything at once: two classes that a category, a date and a number decide together."""
    random = np.random.default_rng(0)
    rows = 400
    colours = random.choice(["red", "green", "blue"], rows)
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 365, rows), unit="D")
    sizes = random.normal(size=rows) * 1000
    score = (colours == "red") * 1.5 + sizes / 1000 + (days.month > 6)
    frame = pd.DataFrame(
        {
            "colour": pd.Series(colours).mask(random.random(rows) < 0.05),
            "day": pd.Series(days).mask(random.random(rows) < 0.05),
            "written": days.astype(str),
            "size": pd.Series(sizes).mask(random.random(rows) < 0.05),
            "open": random.random(rows) < 0.5,
            "key": [f"row {number}" for number in range(rows)],
            "constant": 1,
        }
    )
    return frame, np.where(score > 1, "high", "low"), score


def test_a_table_of_everything_is_learnt(table):
    frame, classes, score = table
    train, test = np.arange(300), np.arange(300, 400)
    one = {"n_networks": 1, "random_state": 0}
    classifier = ax.TabularClassifier(**one).fit(frame.iloc[train], classes[train])
    assert classifier.score(frame.iloc[test], classes[test]) > 0.85
    regressor = ax.TabularRegressor(**one).fit(frame.iloc[train], score[train])
    assert regressor.score(frame.iloc[test], score[test]) > 0.8
    assert "column 'constant' left out" in " ".join(classifier.features_.encoder.notes)
    assert not any("key" in name for name in classifier.features_.encoder.names)


def test_polars_and_pandas_frames_give_the_same_predictions(table):
    frame, classes, _ = table
    frame = frame.drop(columns=["day"])
    ours = ax.TabularClassifier(**SMALL, max_epochs=3).fit(frame, classes)
    lazy = pl.from_pandas(frame).lazy()
    theirs = ax.TabularClassifier(**SMALL, max_epochs=3).fit(lazy, pl.Series(classes))
    np.testing.assert_array_equal(ours.predict_proba(frame), theirs.predict_proba(lazy))
    assert list(theirs.feature_names_in_) == list(frame.columns)


def test_columns_may_stand_in_another_order_only_where_scikit_learn_allows_it(table):
    frame, classes, _ = table
    model = ax.TabularClassifier(**SMALL, max_epochs=1).fit(frame, classes)
    with pytest.raises(ValueError, match="same order"):
        model.predict(frame[frame.columns[::-1]])
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"size": "width"}))


def test_what_a_column_is_may_be_said(table):
    frame, classes, _ = table
    kinds = {"open": "category", "size": "ignore"}
    model = ax.TabularClassifier(**SMALL, max_epochs=1, columns=kinds).fit(frame, classes)
    names = model.features_.encoder.output_names
    assert "open=True" in names
    assert "size" not in names
    with pytest.raises(UnknownNameError, match="'sise'"):
        ax.TabularClassifier(columns={"sise": "number"}).fit(frame, classes)


def test_an_array_may_hold_missing_cells_and_words():
    X = np.array([["a", 1.0], ["b", None], ["a", 3.0], ["b", 4.0]] * 10, dtype=object)
    model = ax.TabularClassifier(**SMALL).fit(X, X[:, 0].astype(str))
    assert model.score(X, X[:, 0].astype(str)) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # an array has no feature names
        frame = pd.DataFrame(X, columns=["word", "number"])
        named = ax.TabularClassifier(**SMALL).fit(frame, X[:, 0].astype(str))
        assert (named.predict(X) == X[:, 0]).all()


def test_a_first_fit_is_as_good_as_a_linear_model_where_that_is_right():
    for data in (load_iris(return_X_y=True), load_breast_cancer(return_X_y=True)):
        X, X_test, y, y_test = train_test_split(*data, stratify=data[1], random_state=0)
        linear = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
        ours = ax.TabularClassifier(random_state=0, max_epochs=100).fit(X, y)
        assert ours.score(X_test, y_test) > linear.score(X_test, y_test) - 0.05
    X, X_test, y, y_test = train_test_split(*load_diabetes(return_X_y=True), random_state=0)
    ours = ax.TabularRegressor(random_state=0).fit(X, y).score(X_test, y_test)
    assert ours > Ridge(0.1).fit(X, y).score(X_test, y_test) - 0.15


def test_an_outlier_moves_nothing_but_itself():
    X, y = make_regression(300, 4, noise=1, random_state=0)
    far = X.copy()
    far[0, 0] = 1e30
    model = ax.TabularRegressor(n_networks=1, random_state=0).fit(far, y)
    assert model.score(X[1:], y[1:]) > 0.9
    assert np.isfinite(model.predict(np.full((1, 4), -1e30))).all()


def test_predictions_stay_within_the_training_targets():
    X = np.linspace(0, 1, 200)[:, None]
    model = ax.TabularRegressor(**SMALL, max_epochs=60).fit(X, 3 * X[:, 0])
    beyond = model.predict([[-100.0], [100.0]])
    assert beyond.min() >= 0
    assert beyond.max() <= 3


def test_several_targets_are_learnt_together_in_their_own_units():
    X, y = make_regression(400, 3, n_targets=2, random_state=0)
    y = y * [1, 1000]
    model = ax.TabularRegressor(n_networks=1, random_state=0).fit(X, y)
    assert model.predict(X).shape == (400, 2)
    assert model.score(X, y) > 0.9
    column = pytest.warns(DataConversionWarning)
    with column:
        ax.TabularRegressor(**SMALL, max_epochs=1).fit(X, y[:, :1])


def test_networks_are_averaged_and_threads_change_nothing(table):
    frame, classes, _ = table
    settings = SMALL | {"max_epochs": 3, "n_networks": 3}
    one = ax.TabularClassifier(**settings).fit(frame, classes)
    two = ax.TabularClassifier(**settings | {"threads": 2}).fit(frame, classes)
    np.testing.assert_array_equal(one.predict_proba(frame), two.predict_proba(frame))
    assert len(one.parameters_) == len(one.histories_) == len(one.best_epochs_) == 3
    inputs = one.features_.transform(frame)
    alone = [one.network_.predict(parameters, inputs) for parameters in one.parameters_]
    np.testing.assert_allclose(one.predict_proba(frame), np.mean(alone, axis=0), atol=1e-5)


def test_small_tables_are_trained_on_whole_and_larger_ones_hold_rows_back():
    X, y = make_regression(400, 3, random_state=0)
    whole = ax.TabularRegressor(**SMALL, max_epochs=2).fit(X[:100], y[:100])
    assert "validation_loss" not in whole.histories_[0]
    assert whole.histories_[0].epochs == 2
    held = ax.TabularRegressor(**SMALL, max_epochs=2, batch_size=100).fit(X, y)
    assert held.histories_[0]["step"] == [4, 8]
    assert "validation_loss" in held.histories_[0]
    assert held.best_epochs_[0] == 1 + np.argmin(held.histories_[0]["validation_loss"])


def test_the_same_random_state_gives_the_same_bits_and_another_one_others(table):
    frame, classes, _ = table
    model = ax.TabularClassifier(**SMALL, max_epochs=2)
    first = model.fit(frame, classes).predict_proba(frame)
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.predict_proba(frame), first)
    again = clone(model).fit(frame, classes).predict_proba(frame)
    np.testing.assert_array_equal(again, first)
    other = clone(model).set_params(random_state=1).fit(frame, classes).predict_proba(frame)
    assert np.abs(other - first).max() > 1e-3


def test_probabilities_are_those_of_every_class_in_order():
    X, y = load_iris(return_X_y=True)
    words = np.array(["setosa", "versicolor", "virginica"])[y]
    model = ax.TabularClassifier(random_state=0).fit(X, words)
    assert model.classes_.tolist() == sorted(set(words))
    probabilities = model.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert (model.classes_[probabilities.argmax(axis=1)] == model.predict(X)).all()


def test_smoothed_labels_keep_the_shares_of_the_classes_and_forbid_certainty():
    X = np.linspace(-1, 1, 400)[:, None]
    y = (X[:, 0] > 0.5).astype(int)
    sure, careful = (
        ax.TabularClassifier(**SMALL, label_smoothing=share).fit(X, y).predict_proba(X)
        for share in (0, 0.3)
    )
    assert careful.max() < 0.97 < sure.max()
    assert careful[:, 1].mean() == pytest.approx(y.mean(), abs=0.03)


def test_weights_and_class_weights_pull_predictions():
    random = np.random.default_rng(0)
    X, y = np.zeros((400, 1)) + random.normal(size=(400, 1)), np.arange(400) % 2
    weight = np.where(y == 1, 9.0, 1.0)
    weighted = ax.TabularClassifier(**SMALL).fit(X, y, sample_weight=weight).predict_proba(X)
    by_class = ax.TabularClassifier(**SMALL, class_weight={0: 1, 1: 9}).fit(X, y)
    np.testing.assert_array_equal(by_class.predict_proba(X), weighted)
    assert weighted[:, 1].mean() == pytest.approx(0.9, abs=0.05)
    balanced = ax.TabularClassifier(**SMALL, class_weight="balanced")
    evened = balanced.fit(X, y, sample_weight=1 / weight).predict_proba(X)
    assert evened[:, 1].mean() == pytest.approx(0.1, abs=0.05)


def test_rows_of_weight_nothing_are_as_if_they_were_not_there():
    X, y = make_regression(300, 3, random_state=0)
    far = np.concatenate([X, 1e6 + X[:100]])
    targets = np.concatenate([y, 1e6 + y[:100]])
    weight = np.concatenate([np.ones(300), np.zeros(100)])
    model = ax.TabularRegressor(**SMALL, max_epochs=2)
    weighted = clone(model).fit(far, targets, sample_weight=weight)
    without = clone(model).fit(X, y, sample_weight=np.ones(300))
    np.testing.assert_array_equal(weighted.predict(X), without.predict(X))


def test_it_serves_in_grid_searches_and_cross_validation(table):
    frame, classes, score = table
    grid = GridSearchCV(ax.TabularClassifier(**SMALL, max_epochs=2), {"bins": [0, 8]}, cv=2)
    assert grid.fit(frame, classes).best_params_.keys() == {"bins"}
    scores = cross_val_score(ax.TabularRegressor(**SMALL), frame, score, cv=2)
    assert (scores > 0.5).all()


def test_both_engines_learn_alike():
    X, y = make_regression(200, 3, random_state=0)
    predictions = [
        ax.TabularRegressor(**SMALL, max_epochs=3, engine=engine).fit(X, y).predict(X)
        for engine in ("auto", "reference")
    ]
    assert mean_squared_error(*predictions) < 1e-4 * y.var()


def test_a_fit_that_diverges_says_so():
    X, y = make_regression(100, 3, random_state=0)
    wild = ax.TabularRegressor(**SMALL, learning_rate=1e30, activation="relu")
    with pytest.warns(ConvergenceWarning, match=r"1 of 1 networks diverged in epoch 1.*Lower"):
        wild.fit(X, y)
    assert np.isfinite(wild.predict(X)).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dropout": 1}, r"'dropout' parameter .* must be a float in the range \[0.0, 1.0\)"),
        ({"bins": -1}, "'bins' parameter of TabularClassifier must be an int"),
        ({"n_networks": 0}, "'n_networks' parameter"),
        ({"validation_fraction": 1.0}, "'validation_fraction' parameter"),
        ({"batch_size": "all"}, "must be a str among {'auto'} or an int.*Got 'all'"),
        ({"max_epochs": 0}, "'max_epochs' parameter"),
        ({"learning_rate": 0}, "'learning_rate' parameter"),
        ({"label_smoothing": "much"}, "'label_smoothing' parameter"),
        ({"label_smoothing": 1}, "'label_smoothing' parameter"),
        ({"class_weight": "even"}, "'class_weight' parameter.*'balanced'"),
        ({"hidden_layer_sizes": 0}, "'hidden_layer_sizes' parameter"),
        ({"hidden_layer_sizes": (8, 0)}, "hidden_layer_sizes must be at least 1, not 0"),
        ({"activation": "swisch"}, "Did you mean 'swish'"),
        ({"missing": [0] * 2000}, "More than 1,000 marks of missing cells"),
        ({"columns": {"x0": "shell"}}, "the kind of column 'x0' must be one of 'number'"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        ax.TabularClassifier(**settings).fit(np.eye(4), [0, 1, 0, 1])


def test_a_mark_of_missing_cells_is_a_text_in_whatever_stands_for_a_list():
    with pytest.raises(ArgumentTypeError, match="a mark of missing cells must be a text"):
        ax.TabularClassifier(missing=np.array(3)).fit(np.eye(4), [0, 1, 0, 1])


def test_what_cannot_be_learnt_from_is_refused():
    X = np.eye(4)
    with pytest.raises(DataError, match="All rows are of one class, '1'"):
        ax.TabularClassifier().fit(X, [1, 1, 1, 1])
    with pytest.raises(DataError, match="No column is left to learn from"):
        ax.TabularRegressor().fit(np.ones((4, 2)), X[0])
    with pytest.raises(DataError, match="1 sample"):
        ax.TabularRegressor().fit(X[:1], [1.0])
    model = ax.TabularRegressor(**SMALL, max_epochs=1).fit(pd.DataFrame(X), X[0])
    with pytest.raises(DataError, match=r"X has 0 sample\(s\), but at least 1 are needed"):
        model.predict(pd.DataFrame(X)[:0])
    with pytest.raises(ValueError, match="at least one non-zero"):
        ax.TabularRegressor().fit(X, X[0], sample_weight=np.zeros(4))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        ax.TabularRegressor().fit(X, [1.0, 2.0])
    with pytest.raises(NotFittedError):
        ax.TabularRegressor().predict(X)


@pytest.mark.parametrize(
    ("rows", "batch_size", "epochs"),
    [(100, 32, 375), (1_500, 32, 32), (15_000, 128, 30), (72_000, 256, 20), (10**6, 512, 6)],
)
def test_more_rows_make_larger_batches_and_fewer_epochs(rows, batch_size, epochs):
    model = ax.TabularRegressor()
    assert rows_of_a_batch(model, rows) == batch_size
    assert epochs_of(model, rows) == epochs
