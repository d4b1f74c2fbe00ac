"""Images moved, turned, scaled and mirrored: SciPy's affine maps, and what each promises."""

import numpy as np
import pytest
from scipy import ndimage

import axone as ax
from axone.augmentation import Augmenter, Axes
from axone.augmentation.images import mapped_images
from axone.errors import ConfigurationError
from axone.random import AUGMENT, RandomStream

STREAM = RandomStream.from_seed(3).child(AUGMENT)
ROWS = 2000
SHAPES = [(1, 28, 28), (3, 7, 12), (2, 5, 1), (1, 1, 9), (4, 1, 1)]


def images(shape, rows=6, dtype="float64"):
    return np.random.default_rng(0).normal(size=(rows, *shape)).astype(dtype)


def scipys(image, way):
    """SciPy's map of every channel by the same matrix, its origin brought to the corner."""
    middle = (np.array(image.shape[1:]) - 1) / 2
    offset = middle + way[:, 2] - way[:, :2] @ middle
    return np.stack(
        [
            ndimage.affine_transform(channel, way[:, :2], offset, order=1, mode="nearest")
            for channel in image
        ]
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_any_affine_map_is_scipys(shape):
    X = images(shape)
    ways = np.random.default_rng(1).normal(size=(len(X), 2, 3))
    wanted = np.stack([scipys(image, way) for image, way in zip(X, ways, strict=True)])
    np.testing.assert_allclose(mapped_images(X, ways), wanted, atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_several_that_follow_one_another_are_one_interpolation_of_scipys(shape):
    X = images(shape)
    chain = [ax.Rotate(40), ax.Scale(0.5, 2), ax.Shift(3), ax.Flip(0.5, horizontal=False)]
    found = Augmenter(chain, Axes("images", shape), seed=9)(X, step=4)
    random = RandomStream.from_seed(9).child(AUGMENT, 4)
    for number, image in enumerate(X):
        # Undone from the last to the first, as maps of three homogeneous coordinates.
        way = np.eye(3)
        for place, each in enumerate(chain):
            one = each.back(random.child(place), len(X))[number]
            way = way @ np.vstack([one, [0, 0, 1]])
        np.testing.assert_allclose(found[number], scipys(image, way[:2]), atol=1e-12)


def test_a_rotation_is_scipys_by_the_angle_that_was_drawn():
    image = images((1, 15, 15), rows=1)
    way = ax.Rotate(60).back(STREAM, 1)
    angle = 60 * (2 * STREAM.uniform((1,))[0] - 1)
    wanted = ndimage.rotate(image[0, 0], angle, reshape=False, order=1, mode="nearest")
    np.testing.assert_allclose(mapped_images(image, way)[0, 0], wanted, atol=1e-12)


def test_angles_and_factors_fill_their_range_and_stay_within():
    ways = ax.Rotate(25).back(STREAM, ROWS)
    angles = np.degrees(np.arctan2(ways[:, 0, 1], ways[:, 0, 0]))
    assert -25 <= angles.min() < -24
    assert 24 < angles.max() <= 25
    assert abs(angles.mean()) < 1.5
    factors = 1 / ax.Scale(0.8, 1.5).back(STREAM, ROWS)[:, 0, 0]
    assert 0.8 <= factors.min() < 0.81
    assert 1.49 < factors.max() <= 1.5


def test_shifts_are_whole_pixels_each_as_likely_as_another():
    steps = -ax.Shift(2).back(STREAM, ROWS)[:, :, 2]
    for axis in range(2):
        values, counts = np.unique(steps[:, axis], return_counts=True)
        assert values.tolist() == [-2, -1, 0, 1, 2]
        assert counts.min() > 0.8 * ROWS / 5
    assert abs(np.corrcoef(steps.T)[0, 1]) < 0.1


def test_a_shift_moves_and_the_edge_goes_on():
    X = images((1, 6, 5), rows=40)
    found = Augmenter([ax.Shift(2)], Axes("images", X.shape[1:]), seed=1)(X, step=1)
    steps = -ax.Shift(2).back(RandomStream.from_seed(1).child(AUGMENT, 1, 0), 40)[:, :, 2]
    for image, moved, (down, right) in zip(X, found, steps.astype(int), strict=True):
        padded = np.pad(image[0], 2, mode="edge")
        np.testing.assert_array_equal(moved[0], padded[2 - down : 8 - down, 2 - right : 7 - right])


@pytest.mark.parametrize(("horizontal", "axis"), [(True, -1), (False, -2)])
def test_some_images_are_mirrored_to_the_bit(horizontal, axis):
    X = images((3, 8, 9), rows=400, dtype="float32")
    found = Augmenter([ax.Flip(0.25, horizontal)], Axes("images", X.shape[1:]), seed=5)(X, step=2)
    mirrored = (found == np.flip(X, axis)).all(axis=(1, 2, 3))
    unchanged = (found == X).all(axis=(1, 2, 3))
    assert (mirrored ^ unchanged).all()
    assert 70 < mirrored.sum() < 130


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_without_strength_every_bit_stays(shape, dtype):
    X = images(shape, dtype=dtype)
    nothing = [ax.Shift(0), ax.Rotate(0), ax.Scale(1, 1), ax.Flip(0), ax.Jitter(0), ax.Cut(0)]
    found = Augmenter(nothing, Axes("images", shape), seed=0)(X, step=1)
    assert found.dtype == X.dtype
    np.testing.assert_array_equal(found, X)


def test_a_patch_is_cut_out():
    X = images((2, 20, 10), rows=300)
    found = Augmenter([ax.Cut(0.3)], Axes("images", X.shape[1:]), seed=0)(X, step=1)
    gone = found != X
    assert (found[gone] == 0).all()
    assert (gone.sum(axis=(2, 3)) == 6 * 3).all()
    rows, columns = gone[:, 0].any(axis=2), gone[:, 0].any(axis=1)
    np.testing.assert_array_equal(gone[:, 0], rows[:, :, None] & columns[:, None, :])
    # Every place of the patch comes up, at the edges too.
    assert set(rows.argmax(axis=1)) == set(range(15))
    assert set(columns.argmax(axis=1)) == set(range(8))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ax.Shift(-1), "pixels must be at least 0"),
        (lambda: ax.Rotate(181), "degrees must be at least 0 and at most 180"),
        (lambda: ax.Scale(0, 1), "smallest must be at least 0.01"),
        (lambda: ax.Scale(2, 1), r"smallest \(2\) must not be greater than largest \(1\)"),
        (lambda: ax.Flip(1.5), "probability must be at least 0 and at most 1"),
    ],
)
def test_nonsense_is_refused(make, message):
    with pytest.raises(ConfigurationError, match=message):
        make()
