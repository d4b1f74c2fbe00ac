"""The loss of a run in two directions about its weights, and the path of its training there.

Li, Xu, Taylor, Studer & Goldstein (2018), "Visualizing the Loss Landscape of Neural Nets": random
directions whose filters are as long as those of the weights (section 4), or, for a path, the
principal components of its steps towards the end (section 7), since in random directions of so many
dimensions a path hardly moves.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from axone.arrays import FloatArray
from axone.data import Examples
from axone.errors import DataError
from axone.experiments.network_pictures.anew import TrainedAnew
from axone.experiments.preparation import Prepared
from axone.experiments.training import build_trainer, learnt_rows
from axone.messages import Message, _
from axone.parameters import Parameters, Trail
from axone.random import RandomStream
from axone.training import Trainer

MOST_ROWS = 1000
"""Of training rows whose loss is computed at each point."""

_BYTES = 2**24
"""Of weights that lie ready at a time."""

_MARGIN = 0.3
"""About a path, as a share of its extent."""

OnShare = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Landscape:
    """Losses over a plane through the weights that were kept.

    Attributes
    ----------
    x, y : array of shape (g,)
    losses : array of shape (g, g)
        [row of y, column of x]
    path : array of shape (n, 2), optional
        Of the weights of some epochs.
    kept : int, optional
        Which of them were kept.
    axis_names : pair of str
    notes : tuple of Message
    """

    x: FloatArray
    y: FloatArray
    losses: FloatArray
    axis_names: tuple[Message, Message]
    path: FloatArray | None = None
    kept: int | None = None
    notes: tuple[Message, ...] = ()


def landscape_in_random_directions(
    prepared: Prepared,
    kept: Parameters,
    points: int,
    reach: float = 1.0,
    on_share: OnShare | None = None,
) -> Landscape:
    """Return the losses in two random directions, filter by filter as long as the weights.

    Parameters
    ----------
    prepared : Prepared
    kept : Parameters
        The origin.
    points : int
        Of the grid, each way.
    reach : float, default 1
        The grid goes from −reach to reach: at 1 the direction is as long as the weights.
    on_share : callable, optional
        Told which share is done.
    """
    trainer = build_trainer(prepared)
    stream = RandomStream.from_seed(prepared.experiment.settings.seed)
    first, second = (filter_normalised(kept, stream.child(number)) for number in (0, 1))
    axis = np.linspace(-reach, reach, points)
    losses = _losses(trainer, prepared, kept, (first, second), (axis, axis), on_share)
    return Landscape(
        axis,
        axis,
        losses,
        (
            _("random direction, in lengths of the weights"),
            _("another random direction"),
        ),
        notes=(_("Loss of training rows; each unit's direction as long as its weights."),),
    )


def landscape_about_the_path(
    anew: TrainedAnew, points: int, on_share: OnShare | None = None
) -> Landscape:
    """Return the losses over the plane in which most of the path of a training lies.

    Raises
    ------
    DataError
        The run made too few epochs for a plane, or its weights never moved.
    """
    kept = anew.result.parameters
    vectors = np.array([each.vector for each in anew.weights], dtype=np.float64)
    steps = vectors - kept.vector
    first, second, shares = principal_directions(steps)
    path = steps @ np.column_stack([first, second])
    x, y = (_axis(path[:, axis], points) for axis in (0, 1))
    losses = _losses(anew.trainer, anew.prepared, kept, (first, second), (x, y), on_share)
    nearest = int(np.abs(np.asarray(anew.epochs) - anew.result.best_epoch).argmin())
    return Landscape(
        x,
        y,
        losses,
        (
            _("1st principal component of the path ({share:.0%})", share=shares[0]),
            _("2nd principal component ({share:.0%})", share=shares[1]),
        ),
        path,
        nearest if anew.epochs[nearest] == anew.result.best_epoch else None,
        (_("Loss of training rows, in the plane through the weights kept."),),
    )


def filter_normalised(weights: Parameters, stream: RandomStream) -> FloatArray:
    """Return a random direction, each unit's part of it as long as the unit's weights.

    d ← d/‖d‖·‖w‖ for the weights w that lead to a unit or the kernel w of a channel; biases and
    whatever else is no weight stay where they are (Li et al. 2018, section 4).
    """
    direction = np.zeros(weights.layout.size)
    for number, slot in enumerate(weights.layout.slots):
        spec = slot.spec
        if not (spec.trainable and spec.penalised):
            continue
        own = weights.view(slot).reshape(spec.shape[0], -1).astype(np.float64)
        drawn = stream.child(number).normal(own.shape)
        length = np.linalg.norm(drawn, axis=1, keepdims=True)
        drawn = drawn / np.where(length > 0, length, 1.0)
        scaled = drawn * np.linalg.norm(own, axis=1, keepdims=True)
        direction[slot.offset : slot.offset + slot.size] = scaled.ravel()
    return direction


def principal_directions(
    steps: FloatArray,
) -> tuple[FloatArray, FloatArray, tuple[float, float]]:
    """Return the two orthonormal directions in which steps from the origin are longest.

    Without taking a mean off, as the plane is to go through the origin.

    Returns
    -------
    array, array : (n_weights,)
    pair of float
        The shares of Σ‖step‖² along each.

    Raises
    ------
    DataError
        There are not two of them.
    """
    if len(steps) < 3:
        raise DataError(
            _("A path needs two epochs at least for a plane: draw it in random directions.")
        )
    # Of far fewer epochs than weights: the small matrix of their products will do.
    values, vectors = np.linalg.eigh(steps @ steps.T)
    total = float(values.clip(0).sum())
    longest = values[[-1, -2]].clip(0)
    if total <= 0 or longest[1] <= 1e-12 * total:
        raise DataError(_("The weights moved along a line at most, and there is no plane to draw."))
    found = (steps.T @ vectors[:, [-1, -2]]) / np.sqrt(longest)
    # The sign of an eigenvector is nobody's: let the path begin at the right and above.
    found = found * np.where(steps[0] @ found < 0, -1.0, 1.0)
    first, second = found.T
    return first, second, (float(longest[0] / total), float(longest[1] / total))


def _axis(values: FloatArray, points: int) -> FloatArray:
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    margin = _MARGIN * (high - low)
    return np.linspace(low - margin, high + margin, points)


def _losses(
    trainer: Trainer,
    prepared: Prepared,
    origin: Parameters,
    directions: tuple[FloatArray, FloatArray],
    axes: tuple[FloatArray, FloatArray],
    on_share: OnShare | None,
) -> FloatArray:
    """Return the mean loss of training rows at every point of a plane."""
    examples = _some_rows(trainer.examples(learnt_rows(prepared, "train")))
    layout, dtype = origin.layout, trainer.recipe.dtype
    x, y = (each.ravel() for each in np.meshgrid(*axes))
    together = max(1, min(len(x), _BYTES // (8 * max(layout.size, 1)), 64))
    losses = np.empty(len(x))
    for start in range(0, len(x), together):
        part = slice(start, min(start + together, len(x)))
        trail = Trail(layout, part.stop - start, dtype)
        trail.rows[:, : layout.size] = (
            origin.vector + np.outer(x[part], directions[0]) + np.outer(y[part], directions[1])
        )
        trail.rows[:, layout.size :] = origin.buffers
        with np.errstate(all="ignore"):  # a loss far away may be infinite, and is then left blank
            losses[part] = trainer.plan.evaluate_each(trail, examples)[0]
        if on_share is not None:
            on_share(part.stop / len(x))
    return losses.reshape(len(axes[1]), len(axes[0]))


def _some_rows(examples: Examples) -> Examples:
    if len(examples) <= MOST_ROWS:
        return examples
    rows = RandomStream.from_seed(0).permutation(len(examples))[:MOST_ROWS]
    return examples.rows(np.sort(rows))
