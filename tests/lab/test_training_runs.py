import numpy as np
import pytest

from axone.lab.training_runs import (
    first_at_most,
    last_of,
    seeds_from,
    share_of,
    spiral_rows,
    those_at,
    xor_rows,
)


def test_the_classes_of_xor_lie_about_opposite_corners():
    X, y = xor_rows(4000, 0.2, 5)
    for corner, label in (((-1, -1), 0), ((1, 1), 0), ((-1, 1), 1), ((1, -1), 1)):
        own = X[np.linalg.norm(X - corner, axis=1) < 1]
        assert (y[np.linalg.norm(X - corner, axis=1) < 1] == label).mean() > 0.99
        np.testing.assert_allclose(own.mean(axis=0), corner, atol=0.03)
        np.testing.assert_allclose(own.std(axis=0), 0.2, atol=0.02)


def test_rows_follow_from_the_seed():
    for draw in (lambda seed: spiral_rows(30, seed), lambda seed: xor_rows(30, 0.3, seed)):
        np.testing.assert_array_equal(draw(1)[0], draw(1)[0])
        assert not np.array_equal(draw(1)[0], draw(2)[0])


def test_the_largest_seed_is_followed_by_nought():
    assert seeds_from(2**63 - 1, 2) == [2**63 - 1, 0]


def test_a_target_is_reached_in_the_first_epoch_that_is_no_higher():
    assert first_at_most([3.0, 1.0, 0.5, 2.0], 1.0) == 2
    assert first_at_most([float("nan"), 0.5], 1.0) == 2
    assert first_at_most([], 1.0) is None


def test_a_run_that_diverged_has_no_last_loss():
    assert last_of([1.0, 0.5]) == 0.5
    assert last_of([1.0, 0.5], diverged=True) is None
    assert last_of([]) is None


def test_ties_are_named_together_and_what_is_unknown_is_not_compared():
    names, most = those_at({"a": 2.0, "b": 2.0, "c": None}, max)
    assert (str(names), most) == ("a and b", 2.0)
    assert those_at({"a": None})[1] is None


def test_the_progress_of_one_of_several_runs_is_a_share_of_all():
    told = []
    share_of(told.append, 1, 4)(0.5)
    assert told == [pytest.approx(0.375)]
    share_of(None, 1, 4)(0.5)
