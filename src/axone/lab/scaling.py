"""Features as they are and standardised: the same unit and the same network, and what they take."""

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.layers import Dense
from axone.messages import Message, _, _n, formatted
from axone.network import Network
from axone.optimizers import SGD
from axone.plots.ideas.scaling import MOST_RATIO, Scene, plot_scaling, scenes
from axone.training import Trainer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HIDDEN = 8
"""Units of the network."""


@dataclass(frozen=True, eq=False)
class _Learner:
    """A unit and a network on the same rows.

    Attributes
    ----------
    features : Message
        How they are scaled.
    scene : Scene
        The linear unit and its descent.
    unexplained : float
        What the network leaves of the variance of the targets, 1 − R²; infinite if it diverged.
    """

    features: Message
    scene: Scene
    unexplained: float

    @property
    def condition(self) -> float:
        """λ₂/λ₁."""
        return float(self.scene.curvatures[1] / self.scene.curvatures[0])

    @property
    def limit(self) -> float:
        """2/λ₂: from this rate on the unit's descent does not arrive."""
        return float(2 / self.scene.curvatures[1])


@experiment
def scaling(
    *,
    ratio: Annotated[
        float,
        Knob(
            _("How much more widely the second feature is spread."), at_least=1, at_most=MOST_RATIO
        ),
    ] = 5.0,
    tolerance: Annotated[
        float,
        Knob(
            _("Share of the first loss at which the unit's descent ends."),
            at_least=1e-6,
            at_most=0.9,
        ),
    ] = 1e-3,
    rate: Annotated[float, Knob(_("Learning rate η of the network."), above=0, at_most=1)] = 0.05,
    epochs: Annotated[int, Knob(_("Epochs of the network."), at_least=1, at_most=2000)] = 100,
    seed: Seed = 42,
) -> Observation:
    """Train a linear unit and a small network on features as they are, and standardised.

    The 200 rows have two features, the second `ratio` times as wide as the first, and a linear
    target. The unit W·x descends at the constant rate that is best for its loss, 2/(λ₁ + λ₂) with
    the curvatures λ of the mean squared error (Polyak 1987, section 1.4); the network 2-8-1 of tanh
    units makes steps of plain gradient descent on batches of 32 rows.

    Parameters
    ----------
    ratio : float, default 5
    tolerance : float, default 0.001
    rate : float, default 0.05
        η of the network, the same for both.
    epochs : int, default 100
        Of the network.
    seed : int, default 42
        Decides the rows, the first weights and the batches.

    Returns
    -------
    Observation
        A row for the `features` as they are and one for them standardised: `condition`, λ₂/λ₁ of
        the unit's loss; `largest_rate`, 2/λ₂; the `rate` of its descent and its `steps`;
        `unexplained`, the network's last training loss as a share of the targets' variance,
        infinite where it diverged.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> ax.lab.scaling().column("steps")
    [47, 3]
    """
    first, second = scenes(ratio, tolerance, seed)
    before = _Learner(_("as they are"), first, _unexplained(first, rate, epochs, seed))
    after = _Learner(_("standardised"), second, _unexplained(second, rate, epochs, seed))

    def draw() -> "Figure":
        return plot_scaling(ratio, tolerance=tolerance, seed=seed)

    return Observation(
        name="scaling",
        title=_("Features as they are, 1 and {ratio:g} wide, and standardised", ratio=ratio),
        columns=(
            Column("features", _("features")),
            Column("condition", _("λ₂/λ₁"), ".4g"),
            Column("largest_rate", _("largest η"), ".3g"),
            Column("rate", _("best η"), ".3g"),
            Column("steps", _("steps"), ","),
            Column("unexplained", _("network: 1 − R²"), ".2%"),
        ),
        rows=tuple(
            (
                each.features,
                each.condition,
                each.limit,
                each.scene.path.rate,
                each.scene.path.steps,
                each.unexplained,
            )
            for each in (before, after)
        ),
        sentences=(
            _steps(before, after, tolerance),
            _limits(before, after),
            _network(before, after, rate, epochs),
        ),
        settings={
            "ratio": ratio,
            "tolerance": tolerance,
            "rate": rate,
            "epochs": epochs,
            "seed": seed,
        },
        draw=draw,
    )


def _unexplained(scene: Scene, rate: float, epochs: int, seed: int) -> float:
    y = scene.X @ scene.weights
    network = Network(Dense(_HIDDEN, "tanh"), Dense(1), input_shape=2)
    trainer = Trainer(
        network, loss="mse", optimizer=SGD(rate), dtype="float64", seed=seed, measures=()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what goes wrong is what is shown
        result = trainer.fit((scene.X, y), max_epochs=epochs)
    if result.diverged:
        return float("inf")
    return float(result.history["train_loss"][-1] / y.var())


def _steps(before: _Learner, after: _Learner, tolerance: float) -> Message:
    return _(
        "At its best constant rate the unit comes to {tolerance:g} of the first loss in {before} "
        "with the features as they are, λ₂/λ₁ = {condition:.3g}, and in {after} with them "
        "standardised, λ₂/λ₁ = {round:.3g}.",
        tolerance=tolerance,
        before=_n("{count:,} step", "{count:,} steps", before.scene.path.steps),
        condition=before.condition,
        after=_n("{count:,} step", "{count:,} steps", after.scene.path.steps),
        round=after.condition,
    )


def _limits(before: _Learner, after: _Learner) -> Message:
    return _(
        "The most curved direction forbids rates from 2/λ₂ on: {before:.3g} as they are, "
        "{after:.3g} standardised; there a step multiplies the error along the flattest direction "
        "by 1 − 2·λ₁/λ₂ = {kept_before:.3f} and {kept_after:.3f}.",
        before=before.limit,
        after=after.limit,
        kept_before=1 - 2 / before.condition,
        kept_after=1 - 2 / after.condition,
    )


def _network(before: _Learner, after: _Learner, rate: float, epochs: int) -> Message:
    return _(
        "After {epochs} at η = {rate:g} a network 2-{hidden}-1 leaves unexplained of the variance "
        "of the targets: {before} with the features as they are, {after} with them standardised.",
        hidden=_HIDDEN,
        epochs=_n("{count:,} epoch", "{count:,} epochs", epochs),
        rate=rate,
        before=_share(before.unexplained),
        after=_share(after.unexplained),
    )


def _share(unexplained: float) -> Message:
    if np.isfinite(unexplained):
        return formatted(unexplained, ".2%" if unexplained < 100 else ".3g")
    return _("all of it and more (it diverges)")
