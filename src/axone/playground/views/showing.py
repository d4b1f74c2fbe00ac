"""A frame: the parts that a page asks for, made with the least work."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from axone.arrays import FloatArray
from axone.parameters import Parameters
from axone.playground.frames import NamedArray
from axone.playground.views.confusion import confusion
from axone.playground.views.curves import curves
from axone.playground.views.flow import flow
from axone.playground.views.links import links
from axone.playground.views.maps import maps
from axone.playground.views.residuals import residuals
from axone.playground.views.stage import Stage
from axone.playground.views.surface import points, surface
from axone.playground.views.units import states, units
from axone.training import History


def frame_arrays(
    stage: Stage,
    parameters: Parameters,
    history: History,
    since_epoch: int = 0,
    epochs: int | None = None,
    gradient_norms: FloatArray | None = None,
    *,
    parts: Collection[str] | None = None,
    fresh: bool = True,
) -> list[NamedArray]:
    """Return the arrays of a frame, as `axone.playground.frames.encode` takes them.

    Parameters
    ----------
    stage : Stage
    parameters : Parameters
        The weights that are shown, which nobody moves meanwhile: a copy.
    history : History
        It may grow meanwhile.
    since_epoch : int
        How many epochs the page knows.
    epochs : int, optional
        How many are to be shown: all by default.
    gradient_norms : array of shape (layers,), optional
        Of the last step, as `Event.measures` has them.
    parts : collection of str, optional
        Of `PARTS`; those of the stage's view if left out. What cannot be shown is left out:
        `stage.left_out` says why.
    fresh : bool, default True
        Whether what stays the same comes, too: the points, and `units.input`. Once a stage is
        enough.

    Returns
    -------
    list of NamedArray
        The first says ``"not_finite": True`` in the frame's header where weights have run away.
    """
    asked = stage.view.parts if parts is None else parts
    wanted = {part for part in asked if part not in stage.left_out}
    found: list[NamedArray] = []
    with np.errstate(all="ignore"):
        if "curves" in wanted:
            found += curves(history, since_epoch, epochs)
        if "surface" in wanted:
            found += surface(stage, parameters)
            found += points(stage, parameters, fresh=fresh)
        if "units" in wanted:
            found += units(stage, parameters, fresh=fresh)
            found += states(stage, parameters)
        if "maps" in wanted or ("units" in wanted and stage.plane is None):
            found += maps(stage, parameters)
        if "links" in wanted:
            found += links(stage, parameters)
        if "flow" in wanted:
            found += flow(gradient_norms)
        if wanted & {"confusion", "residuals"}:
            outputs = stage.predict(parameters, stage.measured)
            found += confusion(stage, outputs) if "confusion" in wanted else []
            found += residuals(stage, outputs) if "residuals" in wanted else []
        finite = np.isfinite(parameters.vector).all() and np.isfinite(parameters.buffers).all()
    if found and not finite:
        found[0] = replace(found[0], header={**found[0].header, "not_finite": True})
    return found
