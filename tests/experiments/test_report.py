"""The classification report: scikit-learn's figures, in 80 columns, whatever classes are called."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import classification_report as sk_report
from sklearn.metrics import precision_recall_fscore_support

from axone.experiments.report import classification_report


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 40), classes=st.integers(2, 6))
def test_the_figures_are_those_of_scikit_learn(seed, rows, classes):
    y, predicted = np.random.default_rng(seed).integers(0, classes, (2, rows))
    _, data = classification_report(y, predicted, [f"k{n}" for n in range(classes)])
    assert data["accuracy"] == pytest.approx((y == predicted).mean(), abs=1e-6)
    wanted = np.transpose(
        precision_recall_fscore_support(y, predicted, labels=range(classes), zero_division=0)
    )
    columns = ("precision", "recall", "f1", "support")
    found = [[line[name] for name in columns] for line in data["classes"]]
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    for average in ("macro", "weighted"):
        *scores, _ = precision_recall_fscore_support(
            y, predicted, labels=range(classes), average=average, zero_division=0
        )
        assert list(data[average].values()) == pytest.approx(scores, abs=1e-6)


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 40), classes=st.integers(2, 6))
def test_the_text_is_laid_out_as_that_of_scikit_learn(seed, rows, classes):
    random = np.random.default_rng(seed)
    # Of a class without rows scikit-learn prints the counts as 1.0 and 0.0.
    y = np.append(random.integers(0, classes, rows), np.arange(classes))
    predicted = random.integers(0, classes, len(y))
    names = ["k" * (7 * n + 1) for n in range(min(classes, 5))] + ["one more"] * (classes > 5)
    text, _ = classification_report(y, predicted, names)
    labels = range(classes)
    assert text == sk_report(
        y, predicted, labels=labels, target_names=names, digits=3, zero_division=0
    )


def test_a_hundred_classes_of_long_names_fit_in_eighty_columns():
    names = [f"{'a very long name of a class ' * 3}{n}" for n in range(100)]
    y = np.arange(100).repeat(12345)
    text, _ = classification_report(y, y, names)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) == 2 + 100 + 1 + 3
    assert lines[2].split("…")[1].split() == ["1.000", "1.000", "1.000", "12345"]


def test_classes_may_be_called_like_the_averages_or_alike_once_cut():
    names = ["accuracy", "macro avg", "x" * 50 + "1", "x" * 50 + "2"]
    text, data = classification_report(np.arange(4), np.array([0, 1, 2, 2]), names)
    assert [line["name"] for line in data["classes"]] == names
    assert [line["recall"] for line in data["classes"]] == [1, 1, 1, 0]
    assert data["accuracy"] == 0.75
    assert text.count("xxx…") == 2
    assert json.loads(json.dumps(data)) == data
