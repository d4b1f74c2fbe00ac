"""What identifies a run: a checkpoint is only continued as the run that it was."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from axone.data.examples import Examples
from axone.network import Network
from axone.registry import plain


def fingerprint(settings: Mapping[str, Any]) -> str:
    """Return a short checksum of settings, equal if and only if they are, but for chance."""
    words = {name: _plain(value) for name, value in settings.items()}
    return f"{zlib.crc32(json.dumps(words, sort_keys=True).encode()):08x}"


def _plain(value: Any) -> Any:
    return value.to_data() if isinstance(value, Network) else plain(value)


def checksum_of_rows(examples: Examples) -> list[Any]:
    """Summarise rows by their shape and the bytes of at most a thousand of them."""
    step = max(1, len(examples) // 1000)
    arrays = (examples.X, examples.target, examples.weight, examples.mask)
    sums = [
        zlib.crc32(np.ascontiguousarray(array[::step]).tobytes())
        for array in arrays
        if array is not None
    ]
    return [list(examples.X.shape), *sums]
