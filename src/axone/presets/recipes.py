"""How presets are trained: a fixed course, with as many epochs as make enough steps.

One cycle of the learning rate (Smith & Topin 2018) ends so low that its last weights are its best:
no row need be held out to choose among them.
"""

import math

from axone.presets.preset import Settings

_SMALLEST_BATCH = 16
"""As many rows as a vector of the compiled engine holds."""


def one_cycle(
    rows: int,
    *,
    learning_rate: float,
    batch_size: int,
    steps: int,
    epochs: tuple[int, int],
    weight_decay: float = 0.01,
    **settings: object,
) -> Settings:
    """Return a course of AdamW along one cycle.

    Parameters
    ----------
    rows : int
        That are learnt from.
    learning_rate : float
        The highest.
    batch_size : int
        Fewer where the rows would make less than four steps an epoch.
    steps : int
        How many there should be, within the bounds of `epochs`, the least and the most.
    weight_decay : float, default 0.01
    **settings
        More of the table `training`.
    """
    while batch_size > _SMALLEST_BATCH and rows < 4 * batch_size:
        batch_size //= 2
    least, most = epochs
    wanted = math.ceil(steps * batch_size / max(rows, 1))
    return {
        "optimizer": {
            "name": "adamw",
            "learning_rate": learning_rate,
            "weight_decay": weight_decay,
        },
        "schedule": "one_cycle",
        "epochs": min(max(wanted, least), most),
        "batch_size": batch_size,
        "restore_best": False,
        "stopping": {},
        **settings,
    }
