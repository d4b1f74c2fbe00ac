"""Augmentation: training rows changed at random, each step anew, so that few rows say more.

Only training rows are changed, at the input before the first layer; what is validated, tested and
predicted never is. The table of names is `AUGMENTATIONS`; the contract is `augmentation.py`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from axone.augmentation.augmentation import AffineMap, Augmentation, TimeMap, ValueChange
from axone.augmentation.augmenter import Augmenter
from axone.augmentation.axes import Axes
from axone.augmentation.images import Flip, Rotate, Scale, Shift
from axone.augmentation.signals import Crop, TimeShift, TimeWarp
from axone.augmentation.values import Cut, Jitter, Magnify
from axone.checks import items_of
from axone.errors import ConfigurationError
from axone.messages import _
from axone.registry import Registry

AUGMENTATIONS: Registry[Augmentation] = Registry(
    _("augmentation"),
    {
        "shift": Shift,
        "rotate": Rotate,
        "scale": Scale,
        "flip": Flip,
        "jitter": Jitter,
        "magnify": Magnify,
        "cut": Cut,
        "time_warp": TimeWarp,
        "time_shift": TimeShift,
        "crop": Crop,
    },
    aliases={"cutout": "cut", "time_masking": "cut", "window_slicing": "crop"},
)

MOST_AUGMENTATIONS = 100
"""Of a run; a handful is usual."""


def augmentations_of(given: Any) -> tuple[Augmentation, ...]:
    """Return the augmentations that a user gave: one, or a list of them.

    Raises
    ------
    ArgumentTypeError, UnknownNameError, ConfigurationError
        One of them is none; or there are too many.
    """
    if isinstance(given, (str, Mapping)) or not isinstance(given, Iterable):
        return (AUGMENTATIONS.resolve(given),)
    items = items_of(given, MOST_AUGMENTATIONS)
    if len(items) > MOST_AUGMENTATIONS:
        raise ConfigurationError(
            _("More than {most} augmentations: give fewer.", most=MOST_AUGMENTATIONS)
        )
    return tuple(AUGMENTATIONS.resolve(each) for each in items)


__all__ = [
    "AUGMENTATIONS",
    "MOST_AUGMENTATIONS",
    "AffineMap",
    "Augmentation",
    "Augmenter",
    "Axes",
    "Crop",
    "Cut",
    "Flip",
    "Jitter",
    "Magnify",
    "Rotate",
    "Scale",
    "Shift",
    "TimeMap",
    "TimeShift",
    "TimeWarp",
    "ValueChange",
    "augmentations_of",
]
