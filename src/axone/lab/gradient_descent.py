"""Gradient descent with one weight, step by step: the usual worked example, with its table."""

from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.lab.knobs import Knob, experiment
from axone.lab.observation import Column, Observation
from axone.messages import Message, _
from axone.plots.ideas.descent import descent_of_one_weight, plot_descent, verdict
from axone.plots.ideas.paths import X

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVATURE = 2 * float(np.mean(X**2))
"""J″ of the mean squared error of W·x, 2/m·Σ x²: the same at every W."""


@experiment
def gradient_descent(
    *,
    rate: Annotated[float, Knob(_("Learning rate η."), above=0, at_most=10)] = 0.1,
    steps: Annotated[int, Knob(_("Steps."), at_least=1, at_most=1000)] = 10,
) -> Observation:
    """Descend the mean squared error of ŷ = W·x on x = 1, 2, 3, 4, y = 2, 3, 4, 5 from W = 0.

    Each step is W ← W − η·∂J/∂W with ∂J/∂W = 2/m·Σ (W·x − y)·x.

    Parameters
    ----------
    rate : float, default 0.1
        η. The curvature of J is 15: from 2/15 = 0.133 on the descent flies apart.
    steps : int, default 10
        Fewer are made where the loss stops being finite.

    Returns
    -------
    Observation
        A row a step: `step`, `weight`, `loss` and `gradient` there, `next_weight`.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.gradient_descent(steps=3)
    >>> [round(weight, 4) for weight in seen.column("next_weight")]
    [2.0, 1.0, 1.5, 1.25]
    """
    path = descent_of_one_weight(rate, steps)
    weights, slopes = path.weights[:, 0], path.gradients[:, 0]
    columns = weights, path.losses, slopes, weights - rate * slopes
    rows = tuple((step, *map(float, row)) for step, row in enumerate(zip(*columns, strict=True)))

    def draw() -> "Figure":
        return plot_descent([rate], steps=steps)

    return Observation(
        name="gradient-descent",
        title=_("Gradient descent with one weight: ŷ = W·x"),
        columns=(
            Column("step", _("step")),
            Column("weight", _("W"), ".4f"),
            Column("loss", _("J"), ".4f"),
            Column("gradient", _("∂J/∂W"), ".4f"),
            Column("next_weight", _("W after"), ".4f"),
        ),
        rows=rows,
        sentences=(verdict(path), _shrinking(rate), _limits()),
        settings={"rate": rate, "steps": steps},
        draw=draw,
    )


def _shrinking(rate: float) -> Message:
    factor = 1 - rate * CURVATURE
    if abs(factor) < 1e-9:
        return _(
            "J is a parabola of curvature {curvature:g}: at this rate, 1 over it, one step "
            "leads to its lowest point.",
            curvature=CURVATURE,
        )
    if factor > 0:
        return _(
            "J is a parabola of curvature {curvature:g}: each step multiplies the distance to "
            "its lowest point by 1 − η·{curvature:g} = {factor:.4g}, and stays on its side.",
            curvature=CURVATURE,
            factor=factor,
        )
    return _(
        "J is a parabola of curvature {curvature:g}: each step multiplies the distance to its "
        "lowest point by 1 − η·{curvature:g} = {factor:.4g}, so that sides change.",
        curvature=CURVATURE,
        factor=factor,
    )


def _limits() -> Message:
    return _(
        "The fastest rate is 1/{curvature:g} = {best:.4f}; from 2/{curvature:g} = {most:.4f} on "
        "no descent arrives.",
        curvature=CURVATURE,
        best=1 / CURVATURE,
        most=2 / CURVATURE,
    )
