"""Pictures of what a network looks for and at: kernels, feature maps, saliency over images."""

import numpy as np
import pytest

from axone.errors import DataError, ShapeError
from axone.plots import plot_feature_maps, plot_image_saliency, plot_kernels

RANDOM = np.random.default_rng(4)


def drawn(figure):
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes if axes.images]


def titles(figure):
    return [
        axes.get_title() or axes.get_title(loc="left")
        for axes in figure.axes
        if axes.get_title() or axes.get_title(loc="left")
    ]


class TestKernels:
    def test_kernels_of_grey_images_are_images_on_one_scale_around_zero(self):
        weight = RANDOM.normal(size=(10, 1, 3, 5))
        figure = plot_kernels(weight)
        np.testing.assert_array_equal(drawn(figure), weight[:, 0])
        assert titles(figure) == [str(k) for k in range(10)]
        largest = np.abs(weight).max()
        limits = {axes.images[0].get_clim() for axes in figure.axes if axes.images}
        assert limits == {(-largest, largest)}

    def test_the_channels_of_a_kernel_stand_side_by_side(self):
        weight = RANDOM.normal(size=(20, 3, 2, 2))
        figure = plot_kernels(weight, channel_names=("red", "green", "blue"))
        np.testing.assert_array_equal(drawn(figure), weight[:16].reshape(-1, 2, 2))
        assert titles(figure)[:4] == ["0 · red", "0 · green", "0 · blue", "1 · red"]
        assert "The first 16 of 20 kernels." in figure.get_supxlabel()
        many = plot_kernels(RANDOM.normal(size=(2, 12, 2, 2)))
        assert len(drawn(many)) == 2 * 8
        assert "The first 8 of 12 channels." in many.get_supxlabel()

    def test_kernels_of_signals_are_lines_a_channel_each(self):
        weight = RANDOM.normal(size=(30, 2, 7))
        figure = plot_kernels(weight, channel_names=("x", "y"))
        panels = figure.axes
        assert len(panels) == 24
        for kernel, axes in zip(weight, panels, strict=False):
            shown = [line.get_ydata() for line in axes.lines if len(line.get_ydata()) == 7]
            np.testing.assert_array_equal(shown, kernel)
        (legend,) = figure.legends
        assert [text.get_text() for text in legend.get_texts()] == ["x", "y"]
        assert len({axes.get_ylim() for axes in panels}) == 1

    def test_kernels_of_many_channels_are_heat_maps(self):
        weight = RANDOM.normal(size=(3, 6, 4))
        figure = plot_kernels(weight, channel_names=list("abcdef"))
        np.testing.assert_array_equal(drawn(figure), weight)
        labels = [text.get_text() for text in figure.axes[0].get_yticklabels()]
        assert labels == list("abcdef")

    def test_kernels_that_are_all_zero_or_a_single_tap_are_drawn(self):
        assert not np.any(drawn(plot_kernels(np.zeros((2, 1, 3, 3)))))
        assert len(plot_kernels(np.ones((2, 1, 1))).axes) == 2

    def test_other_weights_are_refused(self):
        with pytest.raises(ShapeError, match=r"shape \(3, 3\)"):
            plot_kernels(np.zeros((3, 3)))
        with pytest.raises(ShapeError, match="2 channels need as many names"):
            plot_kernels(np.zeros((3, 2, 3)), channel_names=["x"])
        with pytest.raises(DataError, match="diverged"):
            plot_kernels(np.full((3, 2, 3), np.nan))


class TestFeatureMaps:
    def test_an_image_stands_beside_the_maps_of_each_layer(self):
        image = RANDOM.random((6, 6))
        maps = {"0 a": RANDOM.random((2, 6, 6)), "1 b": RANDOM.random((10, 3, 3))}
        figure = plot_feature_maps(image, maps)
        example, *shown = drawn(figure)
        np.testing.assert_allclose(example, (image - image.min()) / np.ptp(image))
        assert len(shown) == 2 + 8
        first = maps["0 a"][0]
        np.testing.assert_allclose(shown[0], (first - first.min()) / np.ptp(first))
        assert titles(figure) == [
            "the example",
            "0 a: 2 of 2 channels, 6 × 6",
            "1 b: 8 of 10 channels, 3 × 3",
        ]
        assert "the channels that vary most" in figure.get_supxlabel()

    def test_a_signal_stands_above_the_maps_which_are_as_long_as_it(self):
        signal = RANDOM.normal(size=(2, 12))
        maps = {"0 conv": RANDOM.random((3, 12)), "1 gru": RANDOM.random((20, 6))}
        maps["0 conv"][:, 10:] = np.nan
        figure = plot_feature_maps(signal, maps)
        first, second = drawn(figure)
        assert (first.shape, second.shape) == ((3, 12), (16, 6))
        assert np.ma.getmaskarray(np.ma.masked_invalid(first))[:, 10:].all()
        extents = {tuple(axes.images[0].get_extent()[:2]) for axes in figure.axes if axes.images}
        assert extents == {(0.0, 12.0)}
        assert titles(figure)[2] == "1 gru: 16 of 20 channels, 6 positions"

    def test_the_channels_that_vary_most_are_drawn_and_constant_ones_are_dark(self):
        maps = np.zeros((20, 5))
        maps[10:19, 2] = 1.0
        (shown,) = drawn(plot_feature_maps(np.zeros((1, 5)), {"a": maps}))
        assert shown.sum() == 9
        assert shown.shape == (16, 5)

    def test_of_many_layers_some_are_drawn(self):
        maps = {str(k): RANDOM.random((1, 5)) for k in range(11)}
        figure = plot_feature_maps(np.zeros((1, 5)), maps)
        labels = [title.split(":")[0] for title in titles(figure)[1:]]
        assert labels == ["0", "2", "4", "6", "8", "10"]
        assert "6 of 11 layers are drawn." in figure.get_supxlabel()

    def test_what_is_no_map_is_refused(self):
        with pytest.raises(DataError, match="no feature map"):
            plot_feature_maps(np.zeros((1, 5)), {})
        with pytest.raises(ShapeError, match=r"of a have shape \(4,\)"):
            plot_feature_maps(np.zeros((1, 5)), {"a": np.zeros(4)})
        with pytest.raises(ShapeError, match="all of images or all of signals"):
            plot_feature_maps(np.zeros((1, 5)), {"a": np.zeros((1, 5)), "b": np.zeros((1, 2, 2))})
        with pytest.raises(DataError, match="not numbers"):
            plot_feature_maps(np.zeros((1, 5)), {"a": np.full((1, 5), "x")})


class TestImageSaliency:
    def test_gradients_stand_beside_their_images_each_on_its_own_scale(self):
        images = RANDOM.integers(0, 256, (4, 5, 5)).astype(np.uint8)
        gradients = RANDOM.normal(size=(4, 5, 5)) * np.array([1, 10, 100, 0.0])[:, None, None]
        figure = plot_image_saliency(images, gradients, list("abcd"), [True, False, True, True])
        panels = drawn(figure)
        for k in range(4):
            np.testing.assert_allclose(panels[2 * k], images[k] / 255)
            wanted = gradients[k] / (np.abs(gradients[k]).max() or 1.0)
            np.testing.assert_allclose(panels[2 * k + 1], wanted)
        assert titles(figure) == list("abcd")
        assert [axes.axison for axes in figure.axes[8:]] == [False] * 4

    def test_of_colours_the_largest_slope_counts(self):
        images, gradients = np.zeros((1, 3, 2, 2)), np.zeros((1, 3, 2, 2))
        gradients[0, :, 0, 1] = [1.0, -4.0, 2.0]
        shown = drawn(plot_image_saliency(images, gradients, ["a"]))[1]
        np.testing.assert_array_equal(shown, [[0.0, 1.0], [0.0, 0.0]])

    def test_of_many_images_the_first_are_drawn(self):
        figure = plot_image_saliency(np.zeros((14, 2, 2)), np.ones((14, 2, 2)), range(14))
        assert len(drawn(figure)) == 24
        assert figure.get_supxlabel().endswith("The first 12 of 14 images.")

    def test_gradients_of_other_shapes_are_refused(self):
        with pytest.raises(ShapeError, match="one for each number"):
            plot_image_saliency(np.zeros((2, 3, 3)), np.zeros((2, 3, 4)), ["a", "b"])
