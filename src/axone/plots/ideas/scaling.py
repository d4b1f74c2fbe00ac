"""Why features are scaled: of the same rows the loss is a long valley before, then a round bowl."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_number, check_seed
from axone.data.scaling import Standard
from axone.messages import Message, _, _n
from axone.plots.ideas.paths import (
    Path,
    descend,
    draw_contours,
    draw_path,
    linear_unit,
    say_above,
)
from axone.plots.style import add_note, dress, house_style, new_figure
from axone.random import GENERATE, RandomStream

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROWS = 200
_SHARED = 0.3
"""Of the first feature in the second: without it the round bowl would be left in one step."""

_MOST_STEPS = 20_000
MOST_RATIO = 30.0
"""Of the standard deviations: at its square a valley is too thin to be seen, and takes long."""

_WEIGHTS = np.array([1.0, 0.6])
"""That make the targets of the standardised features."""

_LEVELS = (0.02, 0.1, 0.5, 2.0, 6.0, 20.0, 60.0)

_REACH = 1.35
"""From the lowest point to the edge of a panel, in weights."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A linear unit, the rows that it learns, and how it descends.

    Attributes
    ----------
    X : array of shape (m, 2)
    weights : array of shape (2,)
        That make the targets: where the loss is least, 0.
    curvatures : array of shape (2,)
        Of the loss, ascending: the eigenvalues of its Hessian 2/m·XᵀX.
    path : Path
        From weights 0, at the rate 2/(λ₁ + λ₂).
    """

    X: FloatArray
    weights: FloatArray
    curvatures: FloatArray
    path: Path


def scenes(ratio: float, tolerance: float = 1e-3, seed: int = 0) -> tuple[Scene, Scene]:
    """Descend the same loss with the features as they are, and standardised.

    Parameters
    ----------
    ratio : float
        The standard deviation of the second feature, that of the first being about 1.
    tolerance : float, default 0.001
        Of the first loss: where a descent ends.
    seed : int, default 0

    Returns
    -------
    Scene, Scene
        Before and after.

    Examples
    --------
    >>> before, after = scenes(5.0)
    >>> before.path.steps > 10 * after.path.steps
    True
    """
    drawn = RandomStream.from_seed(seed).child(GENERATE).normal((_ROWS, 2))
    drawn[:, 1] += _SHARED * drawn[:, 0]
    drawn -= drawn.mean(axis=0)  # about 0, so that no bias is needed
    before = drawn / drawn.std(axis=0) * (1.0, ratio)
    after = Standard().fit(before).transform(before, "float64")
    y = after @ _WEIGHTS
    return _scene(before, y, tolerance), _scene(after, y, tolerance)


def _scene(X: FloatArray, y: FloatArray, tolerance: float) -> Scene:
    weights = np.linalg.lstsq(X, y, rcond=None)[0]
    curvatures = np.linalg.eigvalsh(2 / len(X) * X.T @ X)
    look = linear_unit(X, y, bias=False)
    enough = tolerance * look(np.zeros(2))[0]
    path = descend(
        look,
        [0.0, 0.0],
        2 / float(curvatures.sum()),
        _MOST_STEPS,
        lambda _weights, loss: loss <= enough,
    )
    return Scene(X, weights, curvatures, path)


def plot_scaling(ratio: float = 5.0, *, tolerance: float = 1e-3, seed: int = 0) -> "Figure":
    """Draw the loss of a linear unit over its two weights, before and after features are scaled.

    Each descent has the constant rate that is best for its loss, η = 2/(λ₁ + λ₂) with the least and
    the greatest curvature (Polyak 1987, section 1.4): the number of steps grows with λ₂/λ₁.

    Parameters
    ----------
    ratio : float, default 5
        How many times as widely the second feature is spread as the first, from 1 to 30.
    tolerance : float, default 0.001
        The descents end when the loss is that share of the first.
    seed : int, default 0
        Decides the 200 rows.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> from axone.plots import plot_scaling
    >>> len(plot_scaling(3).axes)
    2
    """
    check_number("ratio", ratio, at_least=1, at_most=MOST_RATIO)
    check_number("tolerance", tolerance, at_least=1e-6, below=1)
    check_seed(seed)
    before, after = scenes(float(ratio), float(tolerance), int(seed))
    with house_style():
        figure = new_figure(_("The loss before and after features are scaled"), (9.0, 5.7))
        left, right = figure.subplots(1, 2)
        spread = before.X.std(axis=0)
        _draw(
            left,
            before,
            _("As they are: {one:.3g} and {two:.3g} wide", one=spread[0], two=spread[1]),
        )
        _draw(right, after, _("Standardised: both 1 wide"))
        left.set_ylabel(_("weight W₂ of the wide feature"))
        add_note(
            figure,
            _("Lines of equal J; × is the least."),
            _("Each at its best constant rate, η = 2/(λ₁ + λ₂), λ being the curvatures of J."),
        )
    return figure


def _draw(axes: "Axes", scene: Scene, title: Message) -> None:
    one, two = scene.weights.tolist()
    limits = (one - _REACH, one + _REACH), (two - _REACH, two + _REACH)

    def height(first: FloatArray, second: FloatArray) -> FloatArray:
        away = np.stack([first, second], axis=-1) - scene.weights
        return np.einsum("...i,ij,...j->...", away, scene.X.T @ scene.X / len(scene.X), away)

    draw_contours(axes, height, limits, _LEVELS, scene.weights, _LEVELS[3:])
    draw_path(axes, scene.path.weights, scene.weights)
    axes.set_aspect("equal")
    axes.set_xlabel(_("weight W₁"))
    said = _n(
        "{valley}, λ₂/λ₁ = {condition:.3g}: {count:,} step at η = {rate:.2g}.",
        "{valley}, λ₂/λ₁ = {condition:.3g}: {count:,} steps at η = {rate:.2g}.",
        scene.path.steps,
        valley=_("A long valley")
        if scene.curvatures[1] > 4 * scene.curvatures[0]
        else _("A round bowl"),
        condition=scene.curvatures[1] / scene.curvatures[0],
        rate=scene.path.rate,
    )
    say_above(axes, title, said, columns=60, lines=1)
    dress(axes, grid=False)
