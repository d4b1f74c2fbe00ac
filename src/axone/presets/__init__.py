"""Presets: networks by name, with how they are trained; a file a family, and the table of names.

An experiment names one (`network.preset`, ``--preset``), or one is chosen by what the examples are.
"""

from collections.abc import Mapping

from axone.presets.autoencoder import AUTOENCODER, AUTOENCODERS
from axone.presets.choice import find_preset, kind_of, preset_for, shape_of
from axone.presets.features import FEATURES
from axone.presets.images import IMAGES
from axone.presets.preset import KINDS, Kind, Preset
from axone.presets.sequences import SEQUENCES
from axone.presets.series import FORECAST, QUANTILES, SERIES
from axone.presets.signals import SIGNALS

PRESETS: Mapping[str, Preset] = {
    preset.name: preset
    for preset in (*IMAGES, *SIGNALS, *SEQUENCES, *SERIES, *FEATURES, *AUTOENCODERS)
}
"""In the order in which they are listed."""

__all__ = [
    "AUTOENCODER",
    "FORECAST",
    "KINDS",
    "PRESETS",
    "QUANTILES",
    "Kind",
    "Preset",
    "find_preset",
    "kind_of",
    "preset_for",
    "shape_of",
]
