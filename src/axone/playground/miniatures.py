"""Examples of many numbers in miniature, as they stand in a cell of a table."""

import base64
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from axone.messages import shorten
from axone.playground.numbers import finite

_MOST_PIXELS = 32
"""Rows and columns of an image."""

_MOST_POINTS, _MOST_CHANNELS = 96, 3
"""Of a signal."""

_LONGEST_TOKENS = 60


def _image(pixels: Any) -> dict[str, Any]:
    """Return an image in miniature: its bytes, row after row, as base64."""
    image = np.asarray(pixels)
    if image.ndim == 2:
        image = image[:, :, None]
    elif image.shape[0] in (1, 3, 4) and image.shape[-1] not in (1, 3, 4):
        image = np.moveaxis(image, 0, -1)
    step = max(1, math.ceil(max(image.shape[:2]) / _MOST_PIXELS))
    small = image[::step, ::step, :3]
    if small.dtype != np.uint8:
        low, high = float(np.nanmin(image)), float(np.nanmax(image))
        scaled = (np.nan_to_num(small) - low) / ((high - low) or 1.0)
        small = np.clip(np.rint(255 * scaled), 0, 255).astype(np.uint8)
    height, width, channels = small.shape
    data = base64.b64encode(np.ascontiguousarray(small).tobytes()).decode("ascii")
    return {"height": height, "width": width, "channels": channels, "data": data}


def _signal(signal: Any) -> dict[str, Any]:
    """Return a signal in miniature: a few channels of so many points."""
    channels = np.asarray(signal, np.float64)[:_MOST_CHANNELS]
    step = max(1, math.ceil(channels.shape[-1] / _MOST_POINTS))
    return {"lines": [[finite(number) for number in line[::step]] for line in channels.tolist()]}


def _sequence(sequence: Any) -> dict[str, Any]:
    return _signal(np.asarray(sequence).T)


def _tokens(tokens: Any) -> str:
    there = [str(token) for token in np.asarray(tokens).tolist() if token >= 0]
    return shorten(" ".join(there), _LONGEST_TOKENS)


MINIATURES: Mapping[str, Callable[[Any], Any]] = {
    "images": _image,
    "signals": _signal,
    "sequences": _sequence,
    "tokens": _tokens,
}
"""By the kind of a dataset's examples, what makes an example small."""
