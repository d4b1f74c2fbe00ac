"""Signals and sequences warped, cropped, moved: NumPy's interpolation, and what each promises."""

import numpy as np
import pytest
from scipy import integrate

import axone as ax
from axone.augmentation import Augmenter, Axes
from axone.errors import ConfigurationError
from axone.random import AUGMENT, RandomStream

MAPS = [ax.TimeWarp(0.5, knots=5), ax.TimeShift(0.3), ax.Crop(0.6)]
ROWS = 500


def signals(shape, rows=8, dtype="float64"):
    return np.random.default_rng(0).normal(size=(rows, *shape)).astype(dtype)


def stream(seed, step, place):
    return RandomStream.from_seed(seed).child(AUGMENT, step, place)


def places(each, length, rows=ROWS):
    """Where the positions of so many rows come from."""
    start = np.broadcast_to(np.arange(float(length)), (rows, length))
    return each.back(stream(1, 1, 0), start, np.full((rows, 1), length - 1))


@pytest.mark.parametrize("chain", [*([each] for each in MAPS), MAPS])
@pytest.mark.parametrize("shape", [(3, 40), (1, 2), (2, 1)])
def test_a_signal_is_read_between_its_positions_as_by_numpys_interp(chain, shape):
    X = signals(shape)
    found = Augmenter(chain, Axes("signals", shape), seed=4)(X, step=7)
    last = np.full((len(X), 1), shape[1] - 1)
    positions = np.broadcast_to(np.arange(float(shape[1])), (len(X), shape[1]))
    for place in range(len(chain))[::-1]:
        positions = chain[place].back(stream(4, 7, place), positions, last).clip(0, last)
    for row, at in enumerate(positions):
        wanted = [np.interp(at, np.arange(shape[1]), channel) for channel in X[row]]
        np.testing.assert_allclose(found[row], wanted, atol=1e-12)


def test_sequences_change_as_signals_do_with_their_axes_swapped():
    X = signals((3, 40))
    chain = [*MAPS, ax.Cut(0.2)]
    found = Augmenter(chain, Axes("signals", (3, 40)), seed=4)(X, step=7)
    swapped = Augmenter(chain, Axes("sequences", (40, 3)), seed=4)(np.swapaxes(X, 1, 2), step=7)
    np.testing.assert_array_equal(np.swapaxes(swapped, 1, 2), found)


def test_a_warp_rises_from_the_first_position_to_the_last_and_is_smooth():
    found = places(ax.TimeWarp(0.5, knots=5), 60)
    np.testing.assert_allclose(found[:, 0], 0, atol=1e-12)
    np.testing.assert_allclose(found[:, -1], 59)
    speed = np.diff(found, axis=1)
    assert (speed > 0).all()
    assert speed.std() > 0.1
    assert np.abs(np.diff(speed, axis=1)).max() < 0.5 * speed.max()


def test_a_warp_is_the_integral_of_a_speed_that_is_linear_between_knots():
    warp, length = ax.TimeWarp(0.7, knots=4), 31
    found = places(warp, length, rows=3)
    speeds = np.exp(0.7 * stream(1, 1, 0).normal((3, 4)))
    for speed, warped in zip(speeds, found, strict=True):
        fine = np.linspace(0, length - 1, 30001)
        come = integrate.cumulative_trapezoid(
            np.interp(fine, np.linspace(0, length - 1, 4), speed), fine, initial=0
        )
        np.testing.assert_allclose(warped, (length - 1) * come[::1000] / come[-1], atol=1e-6)


def test_shifts_are_whole_and_stay_within_their_share():
    steps = np.arange(50) - places(ax.TimeShift(0.1), 50)
    assert (steps == steps[:, :1]).all()
    assert set(steps[:, 0]) == set(range(-5, 6))


def test_a_crop_is_a_stretch_of_its_share():
    found = places(ax.Crop(0.8), 101)
    np.testing.assert_allclose(found[:, -1] - found[:, 0], 80)
    assert 0 <= found[:, 0].min() < 1
    assert 19 < found[:, 0].max() <= 20


def test_a_stretch_is_cut_out():
    X = signals((3, 50), rows=400)
    found = Augmenter([ax.Cut(0.2)], Axes("signals", (3, 50)), seed=0)(X, step=1)
    gone = (found == 0).all(axis=1)
    assert (gone.sum(axis=1) == 10).all()
    assert (np.diff(gone, axis=1).sum(axis=1) <= 2).all()
    assert set(gone.argmax(axis=1)) == set(range(41))
    np.testing.assert_array_equal(np.where(gone[:, None], 0, X), found)


@pytest.mark.parametrize("kind", ["signals", "sequences"])
def test_a_row_is_changed_within_its_own_length(kind):
    """As the row alone, as long as it is; what is not there stays and comes in nowhere."""
    X = signals((20, 3))
    X = X if kind == "sequences" else np.swapaxes(X, 1, 2)
    lengths = np.array([20, 15, 7, 1, 2, 20, 11, 19])
    mask = np.arange(20) < lengths[:, None]
    chain = [ax.TimeWarp(0.5), ax.Crop(0.7), ax.Cut(0.2), ax.TimeShift(0.2)]
    changed = Augmenter(chain, Axes(kind, X.shape[1:]), seed=2)(X, 3, mask)
    other = np.where(Axes(kind, X.shape[1:]).along_time(mask), X, 99.0)
    again = Augmenter(chain, Axes(kind, X.shape[1:]), seed=2)(other, 3, mask)
    for row, length in enumerate(lengths):
        part = np.s_[row, :, :length] if kind == "signals" else np.s_[row, :length]
        rest = np.s_[row, :, length:] if kind == "signals" else np.s_[row, length:]
        np.testing.assert_array_equal(changed[part], again[part])
        np.testing.assert_array_equal(again[rest], 99.0)
        short = X[:, :, :length] if kind == "signals" else X[:, :length]
        alone = Augmenter(chain, Axes(kind, short.shape[1:]), seed=2)(short, 3)
        np.testing.assert_allclose(changed[part], alone[row], atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("kind", "shape"), [("signals", (3, 31)), ("sequences", (31, 3))])
def test_without_strength_every_bit_stays(kind, shape, dtype):
    X = signals(shape, dtype=dtype)
    nothing = [
        ax.TimeWarp(0),
        ax.TimeShift(0),
        ax.Crop(1.0),
        ax.Magnify(0),
        ax.Jitter(0),
        ax.Cut(0),
    ]
    found = Augmenter(nothing, Axes(kind, shape), seed=0)(X, step=1)
    assert found.dtype == X.dtype
    np.testing.assert_array_equal(found, X)


def test_noise_and_factors_have_the_deviation_that_was_asked_for():
    X = np.ones((ROWS, 2, 40))
    noise = Augmenter([ax.Jitter(0.3)], Axes("signals", (2, 40)), seed=0)(X, step=1) - X
    assert noise.std() == pytest.approx(0.3, rel=0.02)
    assert abs(noise.mean()) < 0.01
    factors = Augmenter([ax.Magnify(0.2)], Axes("signals", (2, 40)), seed=0)(X, step=1)
    assert (factors == factors[:, :1, :1]).all()
    assert factors[:, 0, 0].std() == pytest.approx(0.2, rel=0.1)
    assert factors.mean() == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ax.TimeWarp(-1), "standard_deviation must be at least 0"),
        (lambda: ax.TimeWarp(knots=1), "knots must be at least 2"),
        (lambda: ax.Crop(0), "share must be greater than 0 and at most 1"),
        (lambda: ax.Cut(1.1), "share must be at least 0 and at most 1"),
        (lambda: ax.TimeShift(2), "share must be at least 0 and at most 1"),
    ],
)
def test_nonsense_is_refused(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
