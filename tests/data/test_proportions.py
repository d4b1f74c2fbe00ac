"""Rows divided in proportion to the classes, as scikit-learn divides them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedShuffleSplit, train_test_split

from axone.data.proportions import TooFewRowsError, apportioned, divide_in_proportion


@settings(max_examples=200)
@given(
    counts=st.lists(st.integers(2, 40), min_size=2, max_size=8),
    share=st.floats(0.05, 0.95),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_rows_are_those_of_scikit_learn(counts, share, seed):
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    size = int(np.clip(round(share * len(labels)), 1, len(labels) - 1))
    divide = StratifiedShuffleSplit(1, test_size=size, random_state=seed)
    try:
        left, taken = next(divide.split(labels, labels))
    except ValueError:
        with pytest.raises(TooFewRowsError):
            divide_in_proportion(labels, size, np.random.RandomState(seed))
        return
    found = divide_in_proportion(labels, size, np.random.RandomState(seed))
    np.testing.assert_array_equal(found[0], left)
    np.testing.assert_array_equal(found[1], taken)


def test_names_and_several_labels_are_classes_too():
    names = np.array(["b", "a", "c"] * 10)
    several = np.array([[0, 1], [1, 0], [1, 1]] * 10)
    for labels in (names, several):
        wanted = train_test_split(np.arange(30), test_size=9, stratify=labels, random_state=5)
        found = divide_in_proportion(labels, 9, np.random.RandomState(5))
        for ours, theirs in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("labels", "size"), [([0, 0, 0, 1], 2), ([0, 0, 1, 1, 2, 2], 2), ([0, 0, 1, 1, 2, 2], 4)]
)
def test_a_class_that_cannot_be_in_both_parts_is_refused(labels, size):
    with pytest.raises(TooFewRowsError):
        divide_in_proportion(np.array(labels), size, np.random.RandomState(0))


def test_the_largest_remainders_get_the_places_left_over():
    random = np.random.RandomState(0)
    # Of 4 places 5 : 3 : 2 rows have 2.0, 1.2 and 0.8.
    assert apportioned(np.array([5, 3, 2]), 4, random).tolist() == [2, 1, 1]
