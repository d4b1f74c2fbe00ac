"""Convolutions of a signal and of an image: the numbers written, by NumPy and SciPy."""

import numpy as np
import pytest
from scipy.signal import correlate2d
from sklearn.datasets import load_digits

from axone.errors import ConfigurationError
from axone.explanation.numerals import MINUS
from axone.plots import animate_convolution, animate_image_convolution
from axone.plots.animations.convolution import KERNEL, SIGNAL
from axone.plots.animations.image_convolution import KERNELS


def numbers(animation, count):
    """The numbers that stand in the cells drawn last, in their order."""
    texts = [text.get_text() for text in animation.figure.axes[0].texts]
    found = [
        float(text.replace(MINUS, "-")) for text in texts if text[-1:].isdigit() and " " not in text
    ]
    return found[-count:]


def test_the_first_window_is_that_of_the_course():
    animation = animate_convolution()
    assert animation.captions[1] == "Window 1: z = 0.5·0.2 + 1·0.6 + 0.5·0.9 = 1.15."
    assert (animation.frames - 1) // 4 == 8


def test_the_output_fills_with_what_numpy_finds():
    animation = animate_convolution()
    expected = np.correlate(SIGNAL, KERNEL, "valid")
    animation.show(animation.frames - 1)
    np.testing.assert_allclose(numbers(animation, 8), expected, atol=0.005)
    animation.show(4 * 3)
    np.testing.assert_allclose(numbers(animation, 3), expected[:3], atol=0.005)


def test_a_stride_leaves_windows_out():
    animation = animate_convolution([1, 2, 4, 8, 16], [1, -1], stride=2)
    assert animation.captions[0].endswith("there are 2 windows.")
    animation.show(animation.frames - 1)
    assert numbers(animation, 2) == [-1, -4]


@pytest.mark.parametrize(
    ("signal", "kernel", "settings"),
    [
        ([1], [1], {}),
        ([1] * 15, [1], {}),
        ([1, 2], [1, 2, 3], {}),
        ([1, 2], [], {}),
        ([1] * 9, [1] * 6, {}),
        ([1, 2e3], [1], {}),
        ([1, 2], [1], {"stride": 0}),
    ],
)
def test_numbers_out_of_bounds_are_refused(signal, kernel, settings):
    with pytest.raises(ConfigurationError):
        animate_convolution(signal, kernel, **settings)


@pytest.mark.parametrize("kernel", KERNELS)
def test_an_image_is_convolved_as_scipy_does(kernel):
    digits = load_digits()
    image = digits.images[np.flatnonzero(digits.target == 7)[0]]
    animation = animate_image_convolution(7, kernel)
    animation.show(36)
    expected = correlate2d(image, KERNELS[kernel], "valid")
    np.testing.assert_array_equal(numbers(animation, 36), expected.ravel())


def test_the_window_and_its_output_are_marked_and_the_products_written():
    animation = animate_image_convolution(3, "vertical")
    animation.show(8)
    window, output = animation.figure.axes[0].patches[-2:]
    assert (window.get_x(), window.get_y(), window.get_width()) == (1, 8 - 1 - 3, 3)
    assert output.get_width() == 1
    assert animation.captions[8].startswith("Window of row 2, column 2")
    animation.show(0)
    assert not output.get_visible()


def test_other_digits_and_kernels_are_refused():
    with pytest.raises(ConfigurationError):
        animate_image_convolution(10)
    with pytest.raises(ConfigurationError):
        animate_image_convolution(1, "emboss")
