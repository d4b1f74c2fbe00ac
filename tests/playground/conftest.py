"""A bench on two spirals, learnt for a few epochs."""

import pytest

from axone.playground.bench import FIRST, Bench


@pytest.fixture
def empty_bench(tmp_path):
    """A bench on which nothing is designed yet."""
    return Bench(tmp_path)


@pytest.fixture
def bench(empty_bench):
    """Two spirals, five epochs."""
    empty_bench.set_design(FIRST)
    for _ in range(5):
        empty_bench.epoch()
    return empty_bench
