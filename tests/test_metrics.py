"""Scores against scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from axone.losses import LOSSES
from axone.metrics import (
    classification_metrics,
    confusion_counts,
    epoch_scores,
    log_loss,
    predicted_labels,
    quantile_metrics,
    r_squared,
    reconstruction_metrics,
    regression_metrics,
    rounded,
    total_squares,
)

CCE, BCE, MSE = (LOSSES.resolve(name) for name in ("cce", "bce", "mse"))


def problem(seed, rows, classes):
    random = np.random.default_rng(seed)
    return random.integers(0, classes, rows), random.dirichlet(np.ones(classes), rows)


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 40), classes=st.integers(2, 5))
def test_the_scores_of_an_epoch_are_those_of_scikit_learn(seed, rows, classes):
    y, probabilities = problem(seed, rows, classes)
    labels = predicted_labels(probabilities)
    occurring = np.union1d(y, labels)
    common = {"labels": occurring, "average": "macro", "zero_division": 0}
    wanted = {
        "accuracy": sk.accuracy_score(y, labels),
        "recall": sk.recall_score(y, labels, **common),
        "f1": sk.f1_score(y, labels, **common),
    }
    assert epoch_scores(CCE, probabilities, y) == pytest.approx(wanted)
    assert epoch_scores(CCE, probabilities, np.eye(classes)[y]) == pytest.approx(wanted)
    all_labels = np.arange(classes)
    np.testing.assert_array_equal(
        confusion_counts(y, labels, classes).toarray(),
        sk.confusion_matrix(y, labels, labels=all_labels),
    )
    if classes == 2:
        one = probabilities[:, 1:]
        assert epoch_scores(BCE, one, y[:, None]) == pytest.approx(wanted)
        np.testing.assert_array_equal(predicted_labels(one), labels)


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(2, 40), classes=st.integers(2, 4))
def test_rows_count_by_their_weights_in_every_score(seed, rows, classes):
    y, probabilities = problem(seed, rows, classes)
    weight = np.random.default_rng(seed).integers(1, 5, rows).astype(float)
    labels = predicted_labels(probabilities)
    common = {"labels": np.union1d(y, labels), "average": "macro", "zero_division": 0}
    assert epoch_scores(CCE, probabilities, y, weight) == pytest.approx(
        {
            "accuracy": sk.accuracy_score(y, labels, sample_weight=weight),
            "recall": sk.recall_score(y, labels, sample_weight=weight, **common),
            "f1": sk.f1_score(y, labels, sample_weight=weight, **common),
        }
    )
    several = (probabilities > 0.3).astype(float)
    assert epoch_scores(BCE, probabilities, several, weight)["accuracy"] == pytest.approx(
        np.average(((probabilities > 0.5) == (several > 0.5)).mean(axis=1), weights=weight)
    )
    numbers, prediction = np.random.default_rng(seed).normal(size=(2, rows, classes))
    assert epoch_scores(MSE, prediction, numbers, weight)["r2"] == pytest.approx(
        sk.r2_score(numbers, prediction, sample_weight=weight)
    )


def test_several_labels_have_only_an_accuracy():
    prediction, target = np.array([[0.9, 0.1], [0.8, 0.7]]), np.array([[1, 0], [0, 1.0]])
    assert epoch_scores(BCE, prediction, target) == {"accuracy": 0.75}


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(2, 40), outputs=st.integers(1, 3))
def test_r_squared_is_that_of_scikit_learn(seed, rows, outputs):
    y, prediction = np.random.default_rng(seed).normal(size=(2, rows, outputs))
    wanted = sk.r2_score(y, prediction)
    assert epoch_scores(MSE, prediction, y)["r2"] == pytest.approx(wanted)
    scores = regression_metrics(y, prediction)
    assert scores == pytest.approx(
        {
            "mse": sk.mean_squared_error(y, prediction),
            "rmse": np.sqrt(((y - prediction) ** 2).mean()),
            "mae": sk.mean_absolute_error(y, prediction),
            "r2": wanted,
        }
    )


@pytest.mark.parametrize("prediction", [np.ones((4, 1)), np.arange(4.0)[:, np.newaxis]])
@pytest.mark.parametrize("weight", [None, np.array([1.0, 0.0, 2.0, 1.0])])
def test_a_constant_target_is_scored_as_scikit_learn_scores_it(prediction, weight):
    y = np.ones((4, 1))
    wanted = sk.r2_score(y, prediction, sample_weight=weight)
    assert wanted in (0, 1)
    assert epoch_scores(MSE, prediction, y, weight) == {"r2": wanted}
    hits = MSE.hits(prediction, y, weight)
    assert r_squared(hits, total_squares(y, weight)) == wanted


def test_one_row_has_no_r_squared():
    assert set(regression_metrics(np.ones(1), np.ones(1))) == {"mse", "rmse", "mae"}


@pytest.mark.parametrize("classes", [2, 4])
def test_the_full_table_is_that_of_scikit_learn(classes):
    y, probabilities = problem(3, 200, classes)
    scores = classification_metrics(y, probabilities.astype(np.float32), classes)
    labels = probabilities.argmax(axis=1)
    for average in ("macro", "weighted"):
        assert scores[f"precision_{average}"] == sk.precision_score(y, labels, average=average)
        assert scores[f"recall_{average}"] == sk.recall_score(y, labels, average=average)
        assert scores[f"f1_{average}"] == sk.f1_score(y, labels, average=average)
    assert scores["accuracy"] == sk.accuracy_score(y, labels)
    assert scores["log_loss"] == pytest.approx(sk.log_loss(y, probabilities), rel=1e-6)
    auc = (
        sk.roc_auc_score(y, probabilities[:, 1])
        if classes == 2
        else sk.roc_auc_score(y, probabilities, multi_class="ovr")
    )
    assert scores["roc_auc"] == pytest.approx(auc, abs=1e-4)


def test_a_class_without_rows_leaves_the_area_under_the_curve_out():
    probabilities = np.full((4, 3), 1 / 3)
    scores = classification_metrics(np.array([0, 1, 0, 1]), probabilities, 3)
    assert "roc_auc" not in scores
    assert scores["log_loss"] == pytest.approx(np.log(3))
    assert scores["calibration_error"] == pytest.approx(abs(1 / 2 - 1 / 3))


def test_the_log_loss_is_that_of_scikit_learn_even_where_the_true_class_is_impossible():
    y, probabilities = problem(5, 50, 3)
    probabilities[:10] = [1.0, 0.0, 0.0]
    expected = sk.log_loss(y, probabilities)
    assert expected > 1
    assert log_loss(y, probabilities) == pytest.approx(expected)


def test_of_very_many_classes_the_area_under_the_curve_is_left_out():
    y, probabilities = np.arange(201), np.full((201, 201), 1 / 201)
    assert "roc_auc" not in classification_metrics(y, probabilities, 201)
    assert "roc_auc" in classification_metrics(y[:200], probabilities[:200, :200], 200)


def test_ten_thousand_classes_need_no_table_of_their_pairs():
    rows, classes = 50, 10_000
    y = np.arange(rows) * 7
    probabilities = np.full((rows, classes), 1e-5, np.float32)
    probabilities[np.arange(rows), y] = 0.9
    probabilities[:10, 9_999] = 0.95
    scores = classification_metrics(y, probabilities, classes)
    assert scores["accuracy"] == 0.8
    assert epoch_scores(CCE, probabilities, y)["recall"] == pytest.approx(40 / 51)
    counts = confusion_counts(y, predicted_labels(probabilities), classes)
    assert (counts.shape, counts.nnz, counts.sum()) == ((classes, classes), 50, 50)


def test_scores_are_rounded_for_people():
    assert rounded({"a": 0.123456789, "b": "word"}, 3) == {"a": 0.123, "b": "word"}


@pytest.mark.parametrize("rows", [2, 5000])
def test_scores_of_reconstructions_are_scikit_learns_over_all_numbers_together(rows):
    from sklearn import metrics as sk

    random = np.random.default_rng(0)
    inputs = random.normal(size=(rows, 7)) * np.arange(7)  # the first never varies
    outputs = inputs + random.normal(size=inputs.shape)
    found = reconstruction_metrics(inputs.astype(np.float32), outputs.astype(np.float32))
    assert found["mse"] == pytest.approx(sk.mean_squared_error(inputs, outputs), rel=1e-5)
    assert found["rmse"] == pytest.approx(found["mse"] ** 0.5)
    assert found["mae"] == pytest.approx(sk.mean_absolute_error(inputs, outputs), rel=1e-5)
    total = ((inputs - inputs.mean(axis=0)) ** 2).sum()
    assert found["r2"] == pytest.approx(1 - ((inputs - outputs) ** 2).sum() / total, rel=1e-5)


@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(1, 3))
def test_the_scores_of_quantiles_are_those_of_scikit_learn(seed, rows, columns):
    random = np.random.default_rng(seed)
    levels = (0.1, 0.3, 0.8)
    y = random.normal(size=(rows, columns))
    said = np.sort(random.normal(size=(rows, columns, 3)), axis=2)
    found = quantile_metrics(y, said, levels)
    losses = [sk.mean_pinball_loss(y, said[..., at], alpha=q) for at, q in enumerate(levels)]
    assert [found[f"pinball_{q:g}"] for q in levels] == pytest.approx(losses)
    assert found["pinball"] == pytest.approx(np.mean(losses))
    assert found["coverage"] == ((said[..., 0] <= y) & (y <= said[..., 2])).mean()
    assert found["width"] == pytest.approx((said[..., 2] - said[..., 0]).mean())
