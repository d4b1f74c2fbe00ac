"""The picture of an activation and its derivative."""

import numpy as np
import pytest

from axone.errors import ConfigurationError
from axone.plots import plot_activation, save_figure


@pytest.mark.parametrize("activation", ["relu", "z * sigmoid(1.5*z)", {"name": "elu", "alpha": 2}])
def test_value_and_slope_are_drawn(activation):
    (axes,) = plot_activation(activation, reach=3).axes
    value, slope = axes.lines[-2:]
    z = value.get_xdata()
    assert (z[0], z[-1]) == (-3, 3)
    differences = np.gradient(value.get_ydata(), z)
    middle = np.abs(z) > 0.1
    np.testing.assert_allclose(
        slope.get_ydata()[middle][5:-5], differences[middle][5:-5], atol=1e-2
    )


def test_where_there_is_no_value_nothing_is_drawn(tmp_path):
    figure = plot_activation("log(z)")
    value = figure.axes[0].lines[-2].get_ydata()
    assert np.isnan(value[:401]).all()
    assert save_figure(figure, tmp_path / "picture.png").stat().st_size > 1000


def test_softmax_has_no_curve():
    with pytest.raises(ConfigurationError, match="its cells depend on one another"):
        plot_activation("softmax")
    with pytest.raises(ConfigurationError, match="reach must be greater than 0"):
        plot_activation("relu", reach=0)
