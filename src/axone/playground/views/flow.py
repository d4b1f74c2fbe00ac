"""How strongly the loss pulls at each layer: the gradients on their way back."""

import numpy as np

from axone.arrays import FloatArray
from axone.playground.frames import NamedArray


def flow(gradient_norms: FloatArray | None) -> list[NamedArray]:
    """Return `flow`, (layers,): ‖∂L/∂W‖ of each layer at the last step, 0 of one without weights.

    Parameters
    ----------
    gradient_norms : array of shape (layers,), optional
        As `axone.training.Event.measures` has them; before the first step there are none.
    """
    if gradient_norms is None or not np.size(gradient_norms):
        return []
    with np.errstate(over="ignore"):
        return [NamedArray("flow", np.asarray(gradient_norms, dtype=np.float32))]
