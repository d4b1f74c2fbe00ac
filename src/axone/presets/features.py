"""The preset for features: two dense layers, which take everything else side by side."""

from axone.arrays import Shape
from axone.layers import Dense, Dropout, Layer
from axone.messages import _
from axone.presets.preset import KINDS, Preset, Settings


def _mlp(shape: Shape) -> list[Layer]:
    del shape
    return [Dense(128, "relu"), Dropout(0.2), Dense(64, "relu"), Dropout(0.2)]


def _training(rows: int, shape: Shape) -> Settings:
    del rows, shape
    return {}


MLP = Preset(
    "mlp",
    "features",
    KINDS,
    _("two dense layers with dropout: features, or anything else side by side"),
    "Rumelhart, Hinton & Williams 1986; Srivastava et al. 2014",
    _mlp,
    _training,
)

FEATURES = (MLP,)
