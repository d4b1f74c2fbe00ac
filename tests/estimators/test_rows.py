"""Rows as they come: frames, sparse matrices, either precision, features of any scale."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_array
from tests.estimators.irises import QUICK, X, Y

import axone as ax
from axone.estimators import rows

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_data_frames_keep_their_names():
    frame = pd.DataFrame(X, columns=list("abcd"))
    classifier = ax.MLPClassifier((4,), **QUICK).fit(frame, pd.Series(Y).map(str))
    assert classifier.feature_names_in_.tolist() == list("abcd")
    assert set(classifier.predict(frame)) <= {"0", "1", "2"}
    with pytest.raises(ValueError, match="feature names should match"):
        classifier.predict(frame[list("dcba")])


def test_polars_frames_are_taken():
    frame = pl.DataFrame(X, schema=list("abcd"))
    ours = ax.MLPClassifier((4,), **QUICK).fit(frame, pl.Series(Y))
    plain = ax.MLPClassifier((4,), **QUICK).fit(X, Y)
    np.testing.assert_array_equal(ours.predict(frame), plain.predict(X))


def test_sparse_rows_train_and_predict_as_dense_ones():
    dense = np.where(np.abs(X) > 1, X, 0)
    ours = ax.MLPClassifier((4,), **QUICK).fit(csr_array(dense), Y)
    plain = ax.MLPClassifier((4,), **QUICK).fit(dense, Y)
    np.testing.assert_array_equal(ours.predict_proba(csr_array(dense)), plain.predict_proba(dense))


def test_sparse_rows_too_large_to_be_dense_are_refused(monkeypatch):
    monkeypatch.setattr(rows, "LARGEST_DENSE", 1000)
    with pytest.raises(ValueError, match=r"dense it takes .* GiB.*partial_fit"):
        ax.MLPClassifier().fit(csr_array(X), Y)


def test_sparse_indicator_matrices_are_labels():
    labels = csr_array(np.column_stack([Y == 0, Y == 1]).astype(int))
    assert ax.MLPClassifier((4,), **QUICK).fit(X, labels).predict(X).shape == (150, 2)


@pytest.mark.parametrize("given", ["float32", "float64"])
@pytest.mark.parametrize("asked", [None, "float32", "float64"])
def test_the_precision_is_that_of_the_rows_unless_told_otherwise(given, asked, numbers):
    data, y = numbers
    regressor = ax.MLPRegressor(hidden_layer_sizes=4, dtype=asked, **QUICK).fit(
        data.astype(given), y
    )
    assert regressor.coefs_[0].dtype == (asked or given)
    assert regressor.predict(data.astype(given)).dtype == (asked or given)


def test_scaling_is_fitted_to_the_training_rows_and_kept():
    far = X * 1000 + 5000
    classifier = ax.MLPClassifier((8,), scale=True, **QUICK).fit(far, Y)
    plain = ax.MLPClassifier((8,), **QUICK).fit(X, Y)
    np.testing.assert_allclose(classifier.predict_proba(far), plain.predict_proba(X), rtol=1e-6)


def test_a_single_class_is_predicted_for_ever():
    classifier = ax.MLPClassifier((4,), **QUICK).fit(X, ["only"] * 150)
    assert set(classifier.predict(X)) == {"only"}
    assert classifier.predict_proba(X).tolist() == [[1.0]] * 150
