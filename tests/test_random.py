"""Random numbers by hashing, against published vectors and SciPy's tests of randomness."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from axone.random import NOISE, SHUFFLE, WEIGHTS, RandomStream, splitmix64

SEEDS = [0, 1, 42, 2**63]


def test_splitmix64_gives_the_published_sequence():
    # Java's SplittableRandom and Vigna's splitmix64.c from the state 1234567.
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    increment = 0x9E3779B97F4A7C15
    states = [(1234567 + n * increment) % 2**64 for n in range(5)]
    assert [splitmix64(state) for state in states] == published


@given(words=st.sets(st.integers(0, 2**64 - 1), min_size=2))
def test_splitmix64_keeps_different_words_different(words):
    assert len({splitmix64(word) for word in words}) == len(words)


@given(key=st.integers(0, 2**64 - 1), counts=st.tuples(st.integers(0, 50), st.integers(0, 50)))
def test_a_number_depends_on_its_place_alone(key, counts):
    few, many = sorted(counts)
    stream = RandomStream(key)
    np.testing.assert_array_equal(stream.bits(few), stream.bits(many)[:few])


def test_children_differ_from_each_other_and_from_their_parent():
    parent = RandomStream.from_seed(0)
    children = [parent.child(word) for word in (SHUFFLE, WEIGHTS, NOISE)]
    grandchildren = [child.child(step) for child in children for step in range(100)]
    assert len({stream.key for stream in [parent, *children, *grandchildren]}) == 304
    assert parent.child(1, 2) == parent.child(1).child(2)
    assert parent.child(1, 2) != parent.child(2, 1)


def test_no_stream_of_one_seed_is_a_stream_of_another():
    seeds = [RandomStream.from_seed(seed) for seed in range(30)]
    streams = [*seeds, *(seed.child(word) for seed in seeds for word in range(30))]
    assert len({stream.key for stream in streams}) == 930


@pytest.mark.parametrize("seed", SEEDS)
def test_uniform_numbers_pass_the_tests_of_scipy(seed):
    stream = RandomStream.from_seed(seed)
    numbers = stream.uniform((200, 500)).ravel()
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert stats.kstest(numbers, "uniform").pvalue > 1e-3
    counts = np.bincount((numbers * 256).astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-3
    low_bits = np.bincount(stream.bits(100_000) & 255, minlength=256)
    assert stats.chisquare(low_bits).pvalue > 1e-3


@pytest.mark.parametrize("seed", SEEDS)
def test_neighbours_and_neighbouring_streams_are_independent(seed):
    stream = RandomStream.from_seed(seed)
    numbers = stream.uniform((100_000,))
    other = stream.child(1).uniform((100_000,))
    third = RandomStream.from_seed(seed + 1).uniform((100_000,))
    for first, second in [
        (numbers[:-1], numbers[1:]),
        (numbers[:-2], numbers[2:]),
        (numbers, other),
        (numbers, third),
        (stream.child(7, 1).uniform((100_000,)), stream.child(7, 2).uniform((100_000,))),
    ]:
        pairs, _, _ = np.histogram2d(first, second, bins=16, range=[[0, 1]] * 2)
        assert stats.chisquare(pairs.ravel()).pvalue > 1e-3


@pytest.mark.parametrize("seed", SEEDS)
def test_first_numbers_of_consecutive_streams_are_uniform(seed):
    parent = RandomStream.from_seed(seed)
    first = [parent.child(step).uniform((1,))[0] for step in range(5000)]
    assert stats.kstest(first, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("seed", SEEDS)
def test_normal_numbers_have_the_moments_and_shape_of_a_normal_law(seed):
    numbers = RandomStream.from_seed(seed).normal((100, 1000)).ravel()
    assert stats.kstest(numbers, "norm").pvalue > 1e-3
    assert numbers.mean() == pytest.approx(0, abs=0.015)
    assert numbers.var() == pytest.approx(1, abs=0.02)
    assert stats.skew(numbers) == pytest.approx(0, abs=0.04)
    assert stats.kurtosis(numbers) == pytest.approx(0, abs=0.08)
    assert np.isfinite(numbers).all()


def test_the_extreme_words_give_finite_normal_numbers(monkeypatch):
    extremes = np.array([0, 2**32 - 1, 0, 2**31], dtype=np.uint32)
    monkeypatch.setattr(RandomStream, "bits", lambda stream, count: extremes[:count])
    low, high = RandomStream(0).normal((2,))
    assert low == pytest.approx(np.sqrt(-2 * np.log(2.0**-33)), rel=1e-12)
    assert high == pytest.approx(-np.sqrt(2.0**-32), rel=1e-6)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.83])
def test_cells_are_dropped_at_the_asked_rate(rate):
    kept = RandomStream.from_seed(5).keep((100, 1000), rate)
    assert stats.binomtest(int((~kept).sum()), kept.size, rate).pvalue > 1e-3


def test_rates_of_nothing_and_almost_everything():
    stream = RandomStream.from_seed(5)
    assert stream.keep((1000,), 0).all()
    assert not stream.keep((1000,), 1).any()


@given(count=st.integers(0, 300), seed=st.integers(0, 2**70))
def test_a_permutation_holds_every_number_once(count, seed):
    order = RandomStream.from_seed(seed).permutation(count)
    assert sorted(order.tolist()) == list(range(count))


def test_every_order_is_as_likely():
    parent = RandomStream.from_seed(9)
    orders = [tuple(parent.child(n).permutation(4).tolist()) for n in range(6000)]
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 24
    assert stats.chisquare(counts).pvalue > 1e-3
