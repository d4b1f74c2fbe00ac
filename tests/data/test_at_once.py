"""Columns worked on by several threads: the same results, in order, and the first error."""

import threading

import pytest

from axone.data import at_once
from axone.data.at_once import each_column

LARGE = 1 << 20


@pytest.fixture
def two_processors(monkeypatch):
    monkeypatch.setattr(at_once, "_processors", lambda: 2)


def test_results_stand_in_the_order_of_the_columns(two_processors):
    assert each_column(lambda column: column * 2, list(range(50)), LARGE) == list(range(0, 100, 2))


def test_large_tables_are_worked_on_at_once_and_small_ones_are_not(two_processors):
    both = threading.Barrier(2, timeout=10)
    each_column(lambda column: both.wait(), [0, 1], LARGE)
    with pytest.raises(threading.BrokenBarrierError):
        each_column(lambda column: threading.Barrier(2, timeout=0.01).wait(), [0, 1], 10)


@pytest.mark.parametrize("rows", [10, LARGE])
def test_the_error_of_the_first_column_that_has_one_is_raised(two_processors, rows):
    def fail(column):
        if column:
            raise ValueError(f"column {column}")

    with pytest.raises(ValueError, match="column 1"):
        each_column(fail, [0, 1, 2], rows)
