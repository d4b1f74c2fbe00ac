"""The preset for windows of a series: what is seasonal is linear, and the rest hidden beside it.

In the manner of TiDE (Das et al. 2023), which is no deeper and does not forget where in its window
a value stands, as a mean over time would.
"""

from dataclasses import dataclass

from axone.arrays import Shape
from axone.data import Step
from axone.data.series_windows import SeriesWindows
from axone.data.window_features import features_of
from axone.layers import Activation, Dense, Dropout, Layer, Residual
from axone.messages import _
from axone.presets.preset import Preset, Settings
from axone.presets.recipes import one_cycle

QUANTILES = (0.05, 0.5, 0.95)
"""What a forecast says of each value unless told otherwise: the median, in an interval of 90 %."""

_HIDDEN, _DROPOUT = 64, 0.5


@dataclass(frozen=True)
class Forecast(Preset):
    """A preset whose last layer is a sum, and which reads nothing of a window twice."""

    def _head(self, outputs: int, activation: str) -> list[Layer]:
        last = [] if activation == "identity" else [Activation(activation)]
        return [linear_beside_hidden(outputs, _HIDDEN, _DROPOUT), *last]

    def features(self, reader: Step | None) -> Step | None:
        """Return what makes of windows what a network without convolutions needs of them."""
        return features_of(reader) if isinstance(reader, SeriesWindows) else None

    def validation(self, rows: int) -> float | None:
        """Return None: the usual share, by which the interval is made as wide as it must be."""
        del rows
        return None


def linear_beside_hidden(outputs: int, hidden: int, dropout: float) -> Residual:
    """Return the sum of a linear layer and of a hidden one."""
    branch = (Dense(hidden, "relu"), Dropout(dropout), Dense(outputs))
    return Residual(*branch, shortcut=[Dense(outputs)])


def forecast_course(rows: int) -> Settings:
    """Return a course of strong weight decay: a year has few days, and the near ones are alike."""
    return one_cycle(
        rows, learning_rate=3e-3, batch_size=64, steps=2000, epochs=(5, 200), weight_decay=1.0
    )


def _body(shape: Shape) -> list[Layer]:
    del shape
    return []


def _training(rows: int, shape: Shape) -> Settings:
    del shape
    return forecast_course(rows)


FORECAST = Forecast(
    "forecast",
    "features",
    ("features", "signals"),
    _("a linear layer and a hidden one beside it, with strong weight decay: windows of a series"),
    "Das et al. 2023 (TiDE)",
    _body,
    _training,
)

SERIES = (FORECAST,)
