"""How strongly the loss pulls at each layer: the gradients on their way back."""

from collections.abc import Mapping

import numpy as np

from axone.arrays import FloatArray
from axone.engines import GRADIENT_NORM
from axone.playground.frames import NamedArray


def flow(measures: Mapping[str, FloatArray]) -> list[NamedArray]:
    """Return `flow`, (layers,): ‖∂L/∂W‖ of each layer at the last step, 0 of one without weights.

    Parameters
    ----------
    measures : mapping
        As `axone.training.Event.measures`; nothing is shown before the first epoch has ended.
    """
    norms = measures.get(GRADIENT_NORM)
    if norms is None or not np.size(norms):
        return []
    return [NamedArray("flow", np.asarray(norms, dtype=np.float32))]
