"""Splits: disjoint, complete, in proportion, and scikit-learn's own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from axone.data import load_dataset, split_rows
from axone.errors import ArgumentTypeError, ConfigurationError, DataError


def test_ten_thousand_rows_give_exactly_7000_1500_1500():
    y = np.arange(10_000) % 3
    for task in ("classification", "regression"):
        split = split_rows(y, task, validation=0.15, test=0.15, seed=0)
        sizes = (len(split.train), len(split.validation), len(split.test))
        assert sizes == (7000, 1500, 1500)


def test_a_course_split_is_scikit_learns():
    y = load_dataset("iris").y
    split = split_rows(y, "classification", validation=0.3, test=0, seed=42)
    train, validation = train_test_split(np.arange(150), test_size=0.3, stratify=y, random_state=42)
    np.testing.assert_array_equal(split.train, train)
    np.testing.assert_array_equal(split.validation, validation)
    assert len(split.test) == 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=60),
    st.floats(0, 0.5),
    st.floats(0, 0.45),
    st.integers(0, 2**40),
    st.sampled_from(["classification", "regression"]),
)
def test_the_parts_are_disjoint_and_hold_every_row(labels, validation, test, seed, task):
    y = np.array(labels)
    try:
        split = split_rows(y, task, validation=validation, test=test, seed=seed)
    except DataError as error:
        assert "none is left to train on" in str(error)  # noqa: PT017
        return
    together = np.concatenate([split.train, split.validation, split.test])
    assert sorted(together.tolist()) == list(range(len(y)))
    assert len(split.train) >= 1
    for part, share in ((split.validation, validation), (split.test, test)):
        assert abs(len(part) - share * len(y)) <= 0.5 + 1e-9


def test_every_part_has_the_classes_in_proportion():
    y = np.repeat([0, 1, 2], [700, 200, 100])
    split = split_rows(y, "classification", validation=0.2, test=0.1, seed=5)
    for part in (split.train, split.validation, split.test):
        np.testing.assert_allclose(np.bincount(y[part]) / len(part), [0.7, 0.2, 0.1])
    assert split.notes == ()


def test_a_class_too_small_to_split_is_noted_and_the_rows_split_all_the_same():
    y = np.array([0] * 50 + [1])
    split = split_rows(y, "classification", validation=0.2, test=0.2, seed=0)
    assert len(split.train) == 31
    assert "smallest of 2 has 1 row," in split.notes[0]


def test_a_part_too_small_for_a_row_is_noted():
    split = split_rows(np.zeros(3), "regression", validation=0.15, test=0.15, seed=0)
    assert len(split.train) == 3
    assert len(split.notes) == 2


def test_several_targets_are_split_by_rows():
    split = split_rows(np.zeros((100, 2)), "regression", validation=0.15, test=0.15, seed=0)
    assert len(split.train) == 70


def test_the_seed_decides_the_split():
    y = np.arange(100) % 2
    one, same, other = (
        split_rows(y, "classification", validation=0.2, test=0.2, seed=seed).train
        for seed in (1, 1, 2)
    )
    assert one.tolist() == same.tolist() != other.tolist()


@pytest.mark.parametrize(("validation", "test"), [(-0.1, 0), (1, 0), (0.7, 0.3), (0.9, 0.9)])
def test_shares_out_of_bounds_are_refused(validation, test):
    with pytest.raises(ConfigurationError, match=r"[sS]hare"):
        split_rows(np.zeros(10), "regression", validation=validation, test=test, seed=0)


def test_a_split_that_leaves_nothing_to_train_on_is_refused():
    with pytest.raises(DataError, match="none is left to train on"):
        split_rows(np.zeros(2), "regression", validation=0.45, test=0.5, seed=0)
    with pytest.raises(ArgumentTypeError, match="must be a number"):
        split_rows(np.zeros(2), "regression", validation="a", test=0.5, seed=0)


def test_half_a_million_rows_are_split(real_data):
    y = load_dataset("covtype").y
    split = split_rows(y, "classification", validation=0.15, test=0.15, seed=42)
    assert len(split.train) + len(split.validation) + len(split.test) == 581_012
    shares = [np.bincount(y[part]) / len(part) for part in (split.train, split.test)]
    np.testing.assert_allclose(*shares, atol=1e-4)
