"""Estimators of signals, images and sequences: what they take, how they train, what they refuse."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.estimator_checks import parametrize_with_checks

import axone as ax
from axone.errors import DataError, ShapeError

RANDOM_ROWS = (
    "a row of weight 2 meets one batch, two rows meet two: only a fit without chance could pass"
)


ONE_COURSE = (
    "it asks for 1000 epochs, which are then all gone through: Adam's steps keep their length "
    "when the classes that count are learnt, and those that weigh a ten-millionth are learnt too"
)


def expected_failures(estimator):
    failures = {"check_sample_weight_equivalence_on_dense_data": RANDOM_ROWS}
    if hasattr(estimator, "class_weight"):
        failures["check_class_weight_classifiers"] = ONE_COURSE
    return failures


CONVOLVED = {
    "layers": [ax.Conv1D(8, 1, "relu"), ax.Flatten(), ax.Dense(16, "relu")],
    "max_iter": 60,
    "random_state": 0,
    "threads": 1,
    # In float32 a row's last digits depend on the rows beside it.
    "dtype": "float64",
}
READ = {
    "layers": [ax.PositionwiseDense(8, "relu"), ax.Flatten(), ax.Dense(16, "relu")],
    "max_iter": 60,
    "random_state": 0,
    "threads": 1,
    # In float32 a row's last digits depend on the rows beside it.
    "dtype": "float64",
}


@parametrize_with_checks(
    [
        ax.ConvClassifier(**CONVOLVED),
        ax.ConvRegressor(**CONVOLVED),
        ax.SequenceClassifier(**READ),
        ax.SequenceRegressor(**READ),
    ],
    expected_failed_checks=expected_failures,
)
def test_scikit_learn_finds_nothing_amiss(estimator, check):
    with warnings.catch_warnings():
        # Its checks hand over columns of y and mixed types, about which it warns itself.
        warnings.simplefilter("ignore")
        check(estimator)


@pytest.fixture(scope="module")
def waves():
    """Two classes of signals of two channels: a bump early or late."""
    random = np.random.default_rng(0)
    y = np.arange(80) % 2
    X = random.normal(0, 0.3, size=(80, 2, 24))
    X[y == 0, 0, 3:9] += 2
    X[y == 1, 0, 14:20] += 2
    return X, y


@pytest.fixture(scope="module")
def sentences():
    """Sequences of different lengths, of two features: the first rises or falls."""
    random = np.random.default_rng(1)
    y = np.arange(80) % 2
    lengths = random.integers(5, 15, 80)
    X = [
        np.column_stack(
            [np.linspace(-1, 1, length) * (1 if rises else -1), random.normal(size=length)]
        )
        for length, rises in zip(lengths, y, strict=True)
    ]
    return X, y


QUICK = {"max_iter": 20, "random_state": 0}
SMALL_CONV = [ax.Conv1D(8, 5, "relu"), ax.MaxPool(2), ax.Flatten()]
SMALL_GRU = [ax.GRU(8, last=True)]


def test_a_signal_of_one_channel_may_come_flat(waves):
    X, y = waves
    flat = ax.ConvClassifier(SMALL_CONV, **QUICK).fit(X[:, 0], y)
    shaped = ax.ConvClassifier(SMALL_CONV, **QUICK).fit(X[:, :1], y)
    assert flat.network_.input_shape == (1, 24)
    assert flat.score(X[:, 0], y) > 0.9
    np.testing.assert_array_equal(flat.predict_proba(X[:, 0]), shaped.predict_proba(X[:, :1]))
    assert (flat.n_features_in_, shaped.n_features_in_) == (24, 1)


def test_channels_are_scaled_each_by_itself(waves):
    X, y = waves
    units = np.array([1.0, 1000.0])[:, None]
    plain = ax.ConvClassifier(SMALL_CONV, **QUICK).fit(X, y)
    other = ax.ConvClassifier(SMALL_CONV, **QUICK).fit(X * units + units, y)
    np.testing.assert_allclose(
        plain.predict_proba(X), other.predict_proba(X * units + units), atol=1e-3
    )
    unscaled = ax.ConvClassifier(SMALL_CONV, scale=False, **QUICK).fit(X, y)
    assert unscaled.preprocessing_.scaler.scale.max() == 1


def test_images_are_taken_in_four_axes_or_as_bytes():
    digits = load_digits()
    layers = [ax.Conv2D(8, 3, "relu"), ax.MaxPool(2), ax.Flatten()]
    grey = digits.images.astype(np.uint8)
    as_bytes = ax.ConvClassifier(layers, max_iter=10, random_state=0).fit(
        grey[:600], digits.target[:600]
    )
    assert as_bytes.score(grey[600:], digits.target[600:]) > 0.8
    shaped = ax.ConvClassifier(layers, max_iter=10, random_state=0)
    shaped.fit(digits.images[:600, None], digits.target[:600])
    assert shaped.network_.input_shape == (1, 8, 8)
    assert shaped.preprocessing_.scaler.scale.shape == ()


def test_sequences_of_different_lengths_are_masked_where_they_end(sentences):
    X, y = sentences
    classifier = ax.SequenceClassifier(SMALL_GRU, max_iter=60, random_state=0).fit(X, y)
    assert classifier.score(X, y) > 0.9
    assert classifier.n_features_in_ == 2
    longest = max(map(len, X))
    padded = np.full((len(X), longest, 2), np.nan)
    for row, values in zip(padded, X, strict=True):
        row[: len(values)] = values
    np.testing.assert_array_equal(classifier.predict_proba(padded), classifier.predict_proba(X))
    for one in (X[3], X[4]):
        alone = classifier.predict_proba([one])
        together = classifier.predict_proba([X[0], one])[1:]
        np.testing.assert_allclose(alone, together, rtol=1e-5)


def test_statistics_are_of_the_positions_that_are_there(sentences):
    X, y = sentences
    scaler = ax.SequenceClassifier(SMALL_GRU, **QUICK).fit(X, y).preprocessing_.scaler
    np.testing.assert_allclose(scaler.shift.ravel(), np.concatenate(X).mean(axis=0), rtol=1e-9)
    np.testing.assert_allclose(scaler.scale.ravel(), np.concatenate(X).std(axis=0), rtol=1e-9)


def test_a_table_with_ids_and_moments_is_sequences(sentences):
    X, y = sentences
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "who": f"p{number}",
                    "when": np.arange(len(rows)),
                    "a": rows[:, 0],
                    "b": rows[:, 1],
                }
            )
            for number, rows in enumerate(X)
        ]
    )
    settings = {"max_iter": 40, "random_state": 0, "id": "who", "time": "when"}
    wanted = ax.SequenceClassifier(SMALL_GRU, max_iter=40, random_state=0).fit(X, y)
    classifier = ax.SequenceClassifier(SMALL_GRU, **settings).fit(frame, y)
    np.testing.assert_array_equal(classifier.predict_proba(frame), wanted.predict_proba(X))
    assert classifier.feature_names_in_.tolist() == ["a", "b"]
    # Rows of every sequence shuffled: the moments say where they belong.
    order = np.random.default_rng(0).permutation(len(frame))
    shuffled = frame.iloc[order]
    by_id = pd.Series(y, index=[f"p{number}" for number in range(len(X))])
    again = ax.SequenceClassifier(SMALL_GRU, **settings).fit(shuffled, by_id)
    appearing = shuffled["who"].drop_duplicates()
    assert (again.predict(shuffled) == by_id[appearing]).mean() > 0.9
    np.testing.assert_array_equal(
        classifier.predict(pl.from_pandas(shuffled)),
        pd.Series(classifier.predict(frame), index=by_id.index)[appearing],
    )
    with pytest.raises(DataError, match="no column"):
        classifier.predict(frame.drop(columns="b"))
    with pytest.raises(DataError, match="y has no target for 'p"):
        ax.SequenceClassifier(SMALL_GRU, **settings).fit(frame, by_id.iloc[1:])
    with pytest.raises(DataError, match=f"{len(X)} sequences by their ids, but y has 3 targets"):
        ax.SequenceClassifier(SMALL_GRU, **settings).fit(frame, y[:3])
    with pytest.raises(InvalidParameterError, match="no 'id' says which rows are one"):
        ax.SequenceClassifier(SMALL_GRU, time="when").fit(frame, y)


def test_the_presets_training_applies_unless_a_parameter_was_given(waves):
    X, y = waves
    from axone.presets import PRESETS

    usual = PRESETS["course-1d"].training(80, "classification", (2, 24))
    seen = []
    ax.ConvClassifier(
        preset="course-1d", random_state=0, callbacks=lambda h: seen.append(h.epochs)
    ).fit(X, y)
    assert seen[-1] == usual["epochs"]
    given = ax.ConvClassifier(preset="course-1d", max_iter=3, random_state=0).fit(X, y)
    assert given.n_iter_ == 3


def test_a_network_is_chosen_by_what_the_examples_are(waves, sentences):
    X, y = waves
    signals = ax.ConvClassifier(max_iter=1, random_state=0).fit(X, y)
    assert "Residual" in [type(layer).__name__ for layer in signals.network_.layers]
    words = ax.SequenceClassifier(max_iter=1, random_state=0).fit(*sentences)
    assert type(words.network_.layers[0]).__name__ == "Recurrent"


def test_numbers_are_predicted_in_their_own_units(waves):
    X, y = waves
    amounts = 5000 + 300.0 * y
    regressor = ax.ConvRegressor(SMALL_CONV, max_iter=60, random_state=0).fit(X, amounts)
    assert regressor.score(X, amounts) > 0.8
    several = ax.ConvRegressor(SMALL_CONV, **QUICK).fit(X, np.column_stack([amounts, y]))
    assert several.predict(X).shape == (80, 2)
    counts = ax.ConvRegressor(SMALL_CONV, loss="poisson", **QUICK).fit(X, 3.0 * y)
    assert counts.predict(X).min() > 0


def test_quantiles_of_a_regressor_rise_and_the_median_is_predicted(waves):
    X, y = waves
    loss = ax.Quantile((0.1, 0.5, 0.9))
    regressor = ax.ConvRegressor(SMALL_CONV, loss=loss, **QUICK).fit(X, 100.0 * y)
    quantiles = regressor.model_.predict_quantiles(X)
    assert quantiles.shape == (80, 3)
    assert (np.diff(quantiles, axis=1) >= 0).all()
    np.testing.assert_array_equal(quantiles[:, 1], regressor.predict(X))


def test_rows_held_out_choose_the_epoch_that_is_kept(waves):
    X, y = waves
    held = ax.ConvClassifier(SMALL_CONV, validation_fraction=0.25, **QUICK).fit(X, y)
    assert len(held.history_["validation_loss"]) == 20
    assert held.best_epoch_ == 1 + int(np.argmin(held.history_["validation_loss"]))
    given = ax.ConvClassifier(SMALL_CONV, **QUICK).fit(X, y, validation_data=(X[:20], y[:20]))
    assert "validation_loss" in given.history_
    with pytest.raises(DataError, match="no class of y"):
        ax.ConvClassifier(SMALL_CONV, **QUICK).fit(X, y, validation_data=(X, y + 1))


def test_weights_of_rows_and_classes_count(waves):
    X, y = waves
    weight = np.where(y == 0, 1.0, 0.0)
    one_sided = ax.ConvClassifier(SMALL_CONV, **QUICK).fit(X, y, sample_weight=weight)
    assert (one_sided.predict(X) == 0).all()
    by_class = ax.ConvClassifier(SMALL_CONV, class_weight={0: 1.0, 1: 0.0}, **QUICK).fit(X, y)
    np.testing.assert_array_equal(one_sided.predict_proba(X), by_class.predict_proba(X))


def test_searches_and_folds_of_scikit_learn_take_arrays_of_three_axes(waves):
    X, y = waves
    classifier = ax.ConvClassifier(SMALL_CONV, **QUICK)
    assert cross_val_score(classifier, X, y, cv=2).mean() > 0.8
    search = GridSearchCV(classifier, {"batch_size": [8, 16]}, cv=2).fit(X, y)
    assert search.best_params_["batch_size"] in (8, 16)
    assert clone(classifier).get_params()["max_iter"] == 20


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"preset": "resnet-900"}, InvalidParameterError, "'preset' parameter of ConvClassifier"),
        ({"preset": "lenet"}, ShapeError, "the preset lenet takes"),
        ({"layers": SMALL_CONV, "preset": "fcn-1d"}, InvalidParameterError, "not both"),
        ({"layers": ["conv9"]}, InvalidParameterError, "'layers' parameter of ConvClassifier"),
        ({"layers": SMALL_CONV, "batch_size": 0}, InvalidParameterError, "batch_size"),
        ({"layers": SMALL_CONV, "callbacks": ["x"]}, InvalidParameterError, "callbacks"),
        # A class can be called, but says nothing of how to go on.
        ({"layers": SMALL_CONV, "callbacks": [int]}, InvalidParameterError, "no classes"),
        ({"layers": SMALL_CONV, "callbacks": int}, InvalidParameterError, "no classes"),
        # What is like an array to scikit-learn: without axes, or without end.
        ({"layers": SMALL_CONV, "callbacks": np.array(3)}, InvalidParameterError, "callbacks"),
        ({"layers": SMALL_CONV, "callbacks": range(10**9)}, InvalidParameterError, "at most 1,000"),
        ({"layers": np.array(3)}, InvalidParameterError, "'layers' parameter"),
        ({"layers": range(10**9)}, InvalidParameterError, "'layers' parameter"),
        ({"augmentation": np.array(3)}, InvalidParameterError, "'augmentation' parameter"),
        ({"augmentation": range(10**9)}, InvalidParameterError, "More than 100 augmentations"),
    ],
)
def test_bad_parameters_are_refused(waves, settings, error, message):
    with pytest.raises(error, match=message):
        ax.ConvClassifier(**settings).fit(*waves)


def test_examples_of_other_axes_or_channels_are_refused(waves, sentences):
    X, y = waves
    with pytest.raises(DataError, match=r"signals are \(m, length\)"):
        ax.ConvClassifier(SMALL_CONV).fit(np.zeros((4, 2, 3, 4, 5)), [0, 1, 0, 1])
    fitted = ax.ConvClassifier(SMALL_CONV, **QUICK).fit(X, y)
    with pytest.raises(ShapeError):
        fitted.predict(np.zeros((3, 5, 24)))
    with pytest.raises(DataError, match="one class"):
        ax.ConvClassifier(SMALL_CONV).fit(X, np.zeros(80))
    with pytest.raises(DataError, match="holds no number"):
        ax.SequenceClassifier(SMALL_GRU).fit(np.full((4, 3, 1), np.nan), [0, 1, 0, 1])


def test_layers_that_know_no_ends_are_told_of(sentences):
    X, y = sentences
    with pytest.warns(UserWarning, match="unlike lengths"):
        ax.SequenceClassifier([ax.Flatten(), ax.Dense(4)], **QUICK).fit(X, y)


def test_images_with_their_channels_last_are_warned_of():
    X = np.random.default_rng(0).normal(size=(12, 9, 9, 3))
    classifier = ax.ConvClassifier([ax.Flatten()], max_iter=1, random_state=0)
    with pytest.warns(UserWarning, match=r"channels last.*moveaxis"):
        classifier.fit(X, np.arange(12) % 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        classifier.fit(np.moveaxis(X, -1, 1), np.arange(12) % 2)


def test_rows_of_unlike_channels_are_told_how_a_row_lies():
    rows = [np.zeros((2, 10 + number)) for number in range(4)]
    with pytest.raises(DataError, match=r"has 11 features, .* of shape \(length, features\)"):
        ax.SequenceClassifier(max_iter=1).fit(rows, [0, 1, 0, 1])
