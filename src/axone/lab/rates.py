"""Learning rates beside each other on the descent of one weight: too small, right, too large."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.lab.gradient_descent import CURVATURE
from axone.lab.knobs import Knob, experiment
from axone.lab.observation import Column, Observation
from axone.messages import Message, _, _n
from axone.plots.epochs import label_decades
from axone.plots.ideas.descent import descent_of_one_weight
from axone.plots.ideas.paths import MOST_RATES, MOST_STEPS, Path, X, Y
from axone.plots.style import LINE_STYLES, MARKERS, add_note, dress, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOWEST = float(X[:, 0] @ Y / (X[:, 0] @ X[:, 0]))
_LEAST = float(np.mean((X[:, 0] * _LOWEST - Y) ** 2))
"""The W of the least loss, 4/3, and that loss, 1/6."""

_CLOSE = 5e-4
"""From the lowest point: W is right to three decimals."""

_ROUNDING = 1e-12
"""Of a factor: so near to −1 it is −1."""

_SLIGHT = 0.01
"""Of a factor below 0: so small a leap to the other side is none to speak of."""

_FAST = 0.5
"""Size of a factor: with less, a descent that has not arrived had too few steps, no wrong rate."""

_SHOWN = 1e-8, 1e4
"""Times the first distance of the losses to the least: what is drawn."""


@dataclass(frozen=True, eq=False)
class _Descent:
    """A descent, and what came of it.

    Attributes
    ----------
    path : Path
    factor : float
        By which each step multiplies the distance to the lowest point.
    arrival : int or None
        The first step at which it was close.
    last : float
        The loss at the end, infinite where numbers overflowed before.
    """

    path: Path
    factor: float
    arrival: int | None
    last: float

    @property
    def diverges(self) -> bool:
        """Whether no step leads nearer."""
        return self.factor <= -1 + _ROUNDING

    @property
    def word(self) -> Message:
        if self.diverges:
            return _("too large")
        if self.arrival is None and abs(self.factor) < _FAST:
            return _("not there yet")
        if self.arrival is None:
            return _("too small") if self.factor > 0 else _("large")
        return _("right") if self.factor > -_SLIGHT else _("right, from side to side")


@experiment
def rates(
    *,
    rates: Annotated[
        tuple[float, ...],
        Knob(_("Learning rates η."), above=0, at_most=10, most=MOST_RATES),
    ] = (0.001, 0.01, 0.0667, 0.12, 0.14),
    steps: Annotated[int, Knob(_("Steps of each."), at_least=1, at_most=MOST_STEPS)] = 60,
) -> Observation:
    """Descend the mean squared error of ŷ = W·x at several learning rates.

    The rows are x = 1, 2, 3, 4, y = 2, 3, 4, 5, the start is W = 0; J has the curvature 15, so that
    each step multiplies the distance to the lowest point by 1 − 15·η.

    Parameters
    ----------
    rates : tuple of 1 to 5 floats, default (0.001, 0.01, 0.0667, 0.12, 0.14)
        Too small, small, best, large, too large.
    steps : int, default 60
        Of each.

    Returns
    -------
    Observation
        A row a rate: `rate`; the `factor` of a step; `steps_until_close`, until W is right to three
        decimals, None where it did not come to that; `last_loss`, infinite where it overflowed; the
        `verdict` in a word.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds, no rate or too many.

    Examples
    --------
    >>> import axone as ax
    >>> ax.lab.rates(rates=(0.1, 0.14)).column("steps_until_close")
    [12, None]
    """
    descents = tuple(_descent(rate, steps) for rate in rates)
    return Observation(
        name="rates",
        title=_("Learning rates beside each other: ŷ = W·x from W = 0"),
        columns=(
            Column("rate", _("η"), "g"),
            Column("factor", _("factor"), ".4g"),
            Column("steps_until_close", _("steps to 4/3"), ","),
            Column("last_loss", _("last J"), ".4g"),
            Column("verdict", _("verdict")),
        ),
        rows=tuple(
            (each.path.rate, each.factor, each.arrival, each.last, each.word) for each in descents
        ),
        sentences=(_arrivals(descents, steps), _factors(), _limit(descents)),
        settings={"rates": rates, "steps": steps},
        draw=lambda: _drawn(descents, steps),
    )


def _descent(rate: float, steps: int) -> _Descent:
    path = descent_of_one_weight(rate, steps)
    close = np.flatnonzero(np.abs(path.weights[:, 0] - _LOWEST) < _CLOSE)
    return _Descent(
        path,
        1 - rate * CURVATURE,
        int(close[0]) if close.size else None,
        float(path.losses[-1]) if path.steps == steps else float("inf"),
    )


def _arrivals(descents: tuple[_Descent, ...], steps: int) -> Message:
    arrived = [each for each in descents if each.arrival is not None]
    in_all = _n("{count:,} step", "{count:,} steps", steps)
    if not arrived:
        if all(each.diverges for each in descents):
            return _(
                "At none of these rates does W come to within {close:g} of the lowest point, 4/3, "
                "in {steps}: no step of any leads nearer.",
                close=_CLOSE,
                steps=in_all,
            )
        nearest = min(descents, key=lambda each: each.last)
        return _(
            "At none of these rates does W come to within {close:g} of the lowest point, 4/3, in "
            "{steps}; nearest is η = {rate:g}, where J is {last:.4g} and the least is {least:.4g}.",
            close=_CLOSE,
            steps=in_all,
            rate=nearest.path.rate,
            last=nearest.last,
            least=_LEAST,
        )
    first = min(arrived, key=lambda each: each.arrival or 0)
    return _(
        "At {arrived} of {rates} W comes to within {close:g} of the lowest point, 4/3, in {steps}; "
        "no rate is sooner there than η = {rate:g}, after {first}.",
        arrived=len(arrived),
        rates=_n("{count} rate", "{count} rates", len(descents)),
        close=_CLOSE,
        steps=in_all,
        rate=first.path.rate,
        first=_n("{count:,} step", "{count:,} steps", first.arrival or 0),
    )


def _factors() -> Message:
    return _(
        "Each step multiplies the distance to the lowest point by 1 − {curvature:g}·η: below "
        "η = 1/{curvature:g} = {best:.4f} W comes from one side, above it leaps from side to side.",
        curvature=CURVATURE,
        best=1 / CURVATURE,
    )


def _limit(descents: tuple[_Descent, ...]) -> Message:
    diverging = [each for each in descents if each.diverges]
    if not diverging:
        return _(
            "From η = 2/{curvature:g} = {most:.4f} on no step leads nearer; every rate here is "
            "smaller.",
            curvature=CURVATURE,
            most=2 / CURVATURE,
        )
    largest = max(diverging, key=lambda each: each.path.rate)
    return _(
        "From η = 2/{curvature:g} = {most:.4f} on no step leads nearer: at η = {rate:g} each makes "
        "the distance {times:.3g} times as large.",
        curvature=CURVATURE,
        most=2 / CURVATURE,
        rate=largest.path.rate,
        times=abs(largest.factor),
    )


def _drawn(descents: tuple[_Descent, ...], steps: int) -> "Figure":
    """Draw how far the losses are above the least: on a logarithmic axis straight lines."""
    from matplotlib.ticker import MaxNLocator

    low, high = (share * float(descents[0].path.losses[0] - _LEAST) for share in _SHOWN)
    with house_style():
        figure = new_figure(_("How far J is above its least, by learning rate"))
        axes = figure.subplots()
        excess = [each.path.losses - _LEAST for each in descents]
        every = np.clip(np.concatenate(excess), low, high)
        bottom, top = every.min() / 2, every.max() * 2
        axes.set_yscale("log")
        axes.set_xlim(-0.02 * steps, 1.02 * steps)
        axes.set_ylim(bottom, top)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        for number, (each, heights) in enumerate(zip(descents, excess, strict=True)):
            axes.plot(
                np.arange(len(heights)),
                np.maximum(heights, low / 10),  # below the picture: 0 has no logarithm
                color=theme().palette[number],
                linestyle=LINE_STYLES[number],
                marker=MARKERS[number],
                markersize=4,
                markevery=max(steps // 12, 1),
                label=str(_("η = {rate:g}: {verdict}", rate=each.path.rate, verdict=each.word)),
            )
        label_decades(axes.yaxis, float(np.log10(top / bottom)))
        axes.set_xlabel(_("step"))
        axes.set_ylabel(_("J − least J"))
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handlelength=3.5)
        add_note(
            figure,
            _("ŷ = W·x on x = 1, 2, 3, 4; y = 2, 3, 4, 5, from W = 0."),
            _("A line that leaves the picture goes on."),
        )
        dress(axes)
    return figure
