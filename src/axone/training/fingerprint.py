"""What identifies a run: a checkpoint is only continued as the run that it was."""

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from axone.data.examples import Examples
from axone.engines import Recipe
from axone.network import Network
from axone.registry import plain


def fingerprint(settings: Mapping[str, Any]) -> str:
    """Return a short checksum of settings, equal if and only if they are, but for chance."""
    words = {name: _plain(value) for name, value in settings.items()}
    return f"{zlib.crc32(json.dumps(words, sort_keys=True).encode()):08x}"


def _plain(value: Any) -> Any:
    if not isinstance(value, Network):
        return plain(value)
    # What layers are called moves no weight.
    return {key: data for key, data in value.to_data().items() if key != "layer_names"}


def fingerprint_of_version_1(recipe: Recipe, engine: str, rows: Sequence[Any]) -> str:
    """Return the fingerprint as the first form of checkpoints had it, so that they still resume."""
    settings = {
        "network": _plain(recipe.network),
        "loss": plain(recipe.loss),
        "optimizer": plain(recipe.optimizer),
        "schedule": plain(recipe.schedule),
        "batch_size": recipe.batch_size,
        "penalty": [recipe.penalty.l1, recipe.penalty.l2],
        "clipping": [recipe.clipping.value, recipe.clipping.norm],
        "dtype": recipe.dtype,
        "seed": recipe.seed,
        "shuffle": recipe.shuffle,
        "engine": engine,
        "data": [rows[0], rows[1] if len(rows) > 1 else None],
    }
    return f"{zlib.crc32(json.dumps(settings, sort_keys=True, default=plain).encode()):08x}"


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
