"""Pictures made of images: layouts of pixels, captions, class means, histogram, predictions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from axone.errors import ArgumentTypeError, ConfigurationError, DataError, ShapeError
from axone.plots import (
    plot_class_means,
    plot_image_grid,
    plot_image_predictions,
    plot_label_histogram,
)
from axone.plots.images import as_images

BYTES = np.random.default_rng(0).integers(0, 256, (6, 4, 5)).astype(np.uint8)
COLOURS = np.random.default_rng(1).integers(0, 256, (6, 4, 5, 3)).astype(np.uint8)


def drawn(figure):
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes if axes.images]


def captions(figure):
    return [axes.get_title() for axes in figure.axes if axes.images]


@pytest.mark.parametrize(
    "layout", [BYTES, BYTES[:, None], BYTES[..., None], BYTES.reshape(6, 20)], ids=np.ndim
)
def test_grey_images_of_every_layout_are_the_same_picture(layout):
    assert np.array_equal(as_images(layout, (4, 5)), BYTES)


def test_coloured_images_may_have_the_channel_first_or_last():
    assert np.array_equal(as_images(COLOURS), COLOURS)
    assert np.array_equal(as_images(np.moveaxis(COLOURS, -1, 1)), COLOURS)


@given(arrays(np.float64, (3, 9), elements=st.floats(-100, 100)))
def test_flat_images_are_squares_unless_told_otherwise(flat):
    assert np.array_equal(as_images(flat), flat.reshape(3, 3, 3))


@pytest.mark.parametrize(
    ("images", "error", "words"),
    [
        (np.zeros((2, 20)), ShapeError, "20 pixels cannot be 4 × 4"),
        (np.zeros(9), ShapeError, r"shape \(9,\)"),
        (np.zeros((2, 5, 4, 4)), ShapeError, r"shape \(2, 5, 4, 4\)"),
        (np.zeros((0, 4, 4)), DataError, "nothing to draw"),
        (np.full((1, 2, 2), "a"), DataError, "array of numbers"),
    ],
)
def test_what_is_no_image_is_refused_with_its_shape(images, error, words):
    with pytest.raises(error, match=words):
        as_images(images)


def test_a_grid_shows_the_images_in_order_under_their_labels():
    figure = plot_image_grid(BYTES, [*"abcde", 7], title="letters", columns=4)
    assert captions(figure) == ["a", "b", "c", "d", "e", "7"]
    assert figure.get_suptitle() == "letters"
    assert [axes.axison for axes in figure.axes] == [True] * 6 + [False] * 2
    for shown, given_image in zip(drawn(figure), BYTES, strict=True):
        np.testing.assert_allclose(shown, given_image / 255)


def test_numbers_other_than_bytes_are_drawn_from_the_least_to_the_largest():
    (shown,) = drawn(plot_image_grid(np.array([[[-3.0, 0.0], [np.nan, 1.0]]]), ["one"]))
    np.testing.assert_allclose(shown, [[0.0, 0.75], [np.nan, 1.0]])


def test_an_image_of_one_shade_is_drawn():
    assert drawn(plot_image_grid(np.full((1, 2, 2), 7.0), [""]))[0].max() == 0.0


def test_a_long_grid_is_cut_and_says_so():
    figure = plot_image_grid(np.zeros((25, 50, 2), np.uint8), ["x"] * 25, columns=1)
    assert len(drawn(figure)) == 20
    assert figure.get_supxlabel() == "The first 20 of 25 images."


def test_a_grid_refuses_labels_columns_and_pixels_that_make_no_sense():
    with pytest.raises(ShapeError, match="6 images need as many labels, not 1"):
        plot_image_grid(BYTES, ["a"])
    with pytest.raises(ConfigurationError, match="columns must be at least 1"):
        plot_image_grid(BYTES, "abcdef", columns=0)
    with pytest.raises(ArgumentTypeError, match="columns"):
        plot_image_grid(BYTES, "abcdef", columns=2.5)
    with pytest.raises(DataError, match="no finite pixel"):
        plot_image_grid(np.full((1, 2, 2), np.nan), "a")


def test_class_means_are_the_means_of_the_classes_that_occur():
    labels = np.array([0, 2, 0, 2, 2, 0])
    figure = plot_class_means(BYTES, labels, ("shoe", "coat", "a name beyond all measure"))
    assert captions(figure) == ["shoe (3)", "a name beyond a… (3)"]
    means = np.stack([BYTES[labels == k].mean(axis=0) for k in (0, 2)])
    wanted = (means - means.min()) / (means.max() - means.min())
    np.testing.assert_allclose(drawn(figure), wanted)


def test_of_many_classes_fifty_means_are_drawn():
    figure = plot_class_means(np.zeros((52, 1, 1)), np.arange(52), list(range(52)))
    assert len(drawn(figure)) == 50
    assert "The first 50 of 52 classes" in figure.get_supxlabel()


def test_the_histogram_counts_every_class_even_an_absent_one():
    (axes,) = plot_label_histogram(np.array([0, 2, 2, 2], np.uint64), ("no", "maybe", "yes")).axes
    assert [bar.get_width() for bar in axes.patches] == [1, 0, 3]
    assert [text.get_text() for text in axes.texts] == [" 1 (25.0%)", " 0 (0.0%)", " 3 (75.0%)"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["no", "maybe", "yes"]


def test_of_many_classes_the_histogram_shows_the_largest():
    labels = np.repeat(np.arange(60), np.arange(60))
    figure = plot_label_histogram(labels, list(range(60)))
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == list(range(59, 19, -1))
    assert figure.get_supxlabel() == "The 40 largest of 60 classes."


def test_names_of_classes_may_come_as_an_array():
    names = np.array(["cat", "dog"])
    assert captions(plot_class_means(BYTES, [0, 0, 1, 1, 1, 0], names)) == ["cat (3)", "dog (3)"]
    with pytest.raises(DataError, match="class_names is empty"):
        plot_label_histogram([0], np.array([]))


@pytest.mark.parametrize(
    ("labels", "names", "error"),
    [
        ([[0, 1]], ("a", "b"), ShapeError),
        ([], ("a", "b"), DataError),
        ([0], (), DataError),
        ([0, 2], ("a", "b"), DataError),
        ([0, -1], ("a", "b"), DataError),
        ([0.5], ("a", "b"), DataError),
    ],
)
def test_labels_without_a_class_are_refused(labels, names, error):
    with pytest.raises(error, match=r"labels|class_names"):
        plot_label_histogram(labels, names)


def test_predictions_name_the_likeliest_class_and_mark_mistakes():
    table = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
    figure = plot_image_predictions(BYTES[:2], table, ("cat", "dog", "owl"), [0, 1])
    panels = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title(loc="left") for axes in panels] == ["cat, right", "owl, not dog"]
    bars = figure.axes[3]
    assert [label.get_text() for label in bars.get_yticklabels()] == ["owl", "dog", "cat"]
    assert [bar.get_width() for bar in bars.patches][3:] == [0.6, 0.3, 0.1]
    assert [text.get_text() for text in bars.texts] == ["60%", "30%", "10%"]
    assert figure.get_supxlabel().endswith("1 of 2 predicted wrongly.")


def test_one_probability_an_image_is_that_of_the_second_of_two_classes():
    figure = plot_image_predictions(BYTES[:1], [[0.9]], ("cat", "dog"))
    assert figure.axes[0].get_title(loc="left") == "dog"


def test_of_many_images_the_first_are_drawn_and_empty_places_left_blank():
    few = plot_image_predictions(BYTES[:4], np.eye(4), list("abcd"))
    assert [axes.axison for axes in few.axes[8:]] == [False] * 4
    many = plot_image_predictions(np.zeros((30, 2, 2)), np.ones((30, 1)), ("a",))
    assert len(drawn(many)) == 24
    assert many.get_supxlabel().startswith("The first 24 of 30 images.")


def test_probabilities_that_do_not_fit_or_are_not_finite_are_refused():
    with pytest.raises(ShapeError, match=r"need \(6, 3\)"):
        plot_image_predictions(BYTES, np.zeros((6, 2)), ("a", "b", "c"))
    with pytest.raises(DataError, match="diverged"):
        plot_image_predictions(BYTES[:1], [[np.nan, 1.0]], ("a", "b"))
