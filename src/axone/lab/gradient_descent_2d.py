"""Gradient descent with a weight and a bias, step by step: the worked example in a long valley."""

from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.lab.knobs import Knob, experiment
from axone.lab.observation import Column, Observation
from axone.messages import Message, _, _n
from axone.plots.ideas.descent_2d import descent_with_bias, plot_descent_2d, verdict
from axone.plots.ideas.paths import MOST_STEPS, Path, X, Y, descend, linear_unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROWS = np.column_stack([X, np.ones_like(X)])
"""The bias is the weight of a feature of ones."""

ALONG, ACROSS = np.linalg.eigvalsh(2 / len(X) * _ROWS.T @ _ROWS).tolist()
"""The curvatures of the mean squared error of W·x + b: the eigenvalues of its Hessian."""


@experiment
def gradient_descent_2d(
    *,
    rate: Annotated[float, Knob(_("Learning rate η."), above=0, at_most=10)] = 0.1,
    steps: Annotated[int, Knob(_("Steps."), at_least=1, at_most=MOST_STEPS)] = 10,
) -> Observation:
    """Descend the mean squared error of ŷ = W·x + b from W = b = 0.

    The rows are x = 1, 2, 3, 4, y = 2, 3, 4, 5. Each step is W ← W − η·∂J/∂W and
    b ← b − η·∂J/∂b, with ∂J/∂W = 2/m·Σ (W·x + b − y)·x and ∂J/∂b = 2/m·Σ (W·x + b − y).

    Parameters
    ----------
    rate : float, default 0.1
        η. From 2/16.7 = 0.1198 on, 2 over the greatest curvature, the descent flies apart.
    steps : int, default 10
        Fewer are made where the loss stops being finite.

    Returns
    -------
    Observation
        A row a step: `step`; `weight`, `bias`, `loss`, `weight_gradient` and `bias_gradient` there;
        `next_weight`, `next_bias`.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.gradient_descent_2d(steps=2)
    >>> [round(loss, 3) for loss in seen.column("loss")]
    [13.5, 6.09, 2.761]
    """
    path = descend(linear_unit(X, Y, bias=True), [0.0, 0.0], rate, steps)
    moved = path.weights - rate * path.gradients
    columns = (*path.weights.T, path.losses, *path.gradients.T, *moved.T)
    rows = tuple((step, *map(float, row)) for step, row in enumerate(zip(*columns, strict=True)))

    def draw() -> "Figure":
        return plot_descent_2d([rate], steps=steps)

    return Observation(
        name="gradient-descent-2d",
        title=_("Gradient descent with a weight and a bias: ŷ = W·x + b"),
        columns=(
            Column("step", _("step")),
            Column("weight", _("W"), ".4f"),
            Column("bias", _("b"), ".4f"),
            Column("loss", _("J"), ".4f"),
            Column("weight_gradient", _("∂J/∂W"), ".4f"),
            Column("bias_gradient", _("∂J/∂b"), ".4f"),
            Column("next_weight", _("W after"), ".4f"),
            Column("next_bias", _("b after"), ".4f"),
        ),
        rows=rows,
        sentences=(_course(path), verdict(descent_with_bias(rate)), _valley(rate)),
        settings={"rate": rate, "steps": steps},
        draw=draw,
    )


def _course(path: Path) -> Message:
    """Say where the first step leads, and where the last one led."""
    by_weight, by_bias = path.gradients[0].tolist()
    weight, bias = (path.weights[0] - path.rate * path.gradients[0]).tolist()
    return _(
        "The first gradient, ({by_weight:g}, {by_bias:g}), leads from (0, 0) to ({weight:.4g}, "
        "{bias:.4g}); after {steps} J is {last:.3g}, at first {first:.3g}.",
        by_weight=by_weight,
        by_bias=by_bias,
        weight=weight,
        bias=bias,
        steps=_n("{count:,} step", "{count:,} steps", path.steps),
        last=float(path.losses[-1]),
        first=float(path.losses[0]),
    )


def _valley(rate: float) -> Message:
    return _(
        "J is a valley of curvature {across:.4g} across and {along:.3g} along: a step multiplies "
        "what is left by {factor_across:.3g} across and by {factor_along:.4g} along, and from "
        "η = 2/{across:.4g} = {most:.4f} on no descent arrives.",
        across=ACROSS,
        along=ALONG,
        factor_across=1 - rate * ACROSS,
        factor_along=1 - rate * ALONG,
        most=2 / ACROSS,
    )
