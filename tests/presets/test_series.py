"""The preset of series: a sum of a linear layer and a hidden one, which reads no window twice."""

import numpy as np
import pytest

from axone.data.series import Series
from axone.data.series_windows import windows_of
from axone.data.window_features import WindowFeatures
from axone.layers import Activation, Flatten, Residual
from axone.presets import FORECAST


def test_its_only_layer_is_the_sum_and_classes_get_their_activation():
    (layer,) = FORECAST.layers((20,), 6, activation="identity")
    assert isinstance(layer, Residual)
    flatten, layer, activation = FORECAST.layers((3, 20), 4, kind="signals")
    assert isinstance(flatten, Flatten)
    assert isinstance(activation, Activation)


@pytest.mark.parametrize(("lags", "step"), [(14, WindowFeatures), (3, type(None))])
def test_a_window_shorter_than_its_horizon_holds_nothing_twice(lags, step):
    values = np.arange(60.0)[:, None]
    windows = windows_of(Series("s", values, ("x",), "s"), None, {"lags": lags, "horizon": 5})
    assert isinstance(FORECAST.features(windows.reader), step)
    assert FORECAST.features(None) is None


def test_the_usual_share_of_the_rows_judges_the_interval_however_many_there_are():
    assert FORECAST.validation(10) is None
    assert FORECAST.validation(10**6) is None
