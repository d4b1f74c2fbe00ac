"""The curves of a run: what each epoch showed, thinned out where there are many."""

import numpy as np

from axone.playground.frames import NamedArray
from axone.playground.numbers import evenly
from axone.training import History

MOST_NEW = 256
"""Epochs of a frame."""

_LEFT_OUT = ("step", "seconds")


def curves(history: History, since_epoch: int = 0, epochs: int | None = None) -> list[NamedArray]:
    """Return `curve.NAME` of every column of a history: the epochs after one, at most `MOST_NEW`.

    Parameters
    ----------
    history : History
        It may grow meanwhile.
    since_epoch : int
        How many epochs are known already. Where it is 0, or more than there are, since a run began
        anew, all come, and the frame's header says ``"curves": {"from": "start"}``.
    epochs : int, optional
        How many are to be shown; all by default.
    """
    columns = {name: history[name] for name in [*history] if name not in _LEFT_OUT}
    # Columns grow one after the other: what all have is whole.
    whole = min(map(len, columns.values()), default=0)
    shown = whole if epochs is None else min(whole, epochs)
    start = 0 if since_epoch > shown else max(0, since_epoch)
    header = {} if start else {"curves": {"from": "start"}}
    chosen = (evenly(shown - start, MOST_NEW) + start).tolist()
    with np.errstate(over="ignore"):
        return [
            NamedArray(
                f"curve.{name}",
                np.array([column[place] for place in chosen]).astype(np.float32),
                header=header,
            )
            for name, column in columns.items()
        ]
