"""Universal approximation: one hidden layer, wider and wider, fitted to a function."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from axone.arrays import FloatArray
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.layers import Dense
from axone.messages import Message, _
from axone.network import Network
from axone.optimizers import LBFGS
from axone.plots.epochs import label_decades
from axone.plots.style import add_note, dress, house_style, new_figure, theme
from axone.random import RandomStream
from axone.training import ProgressCallback, Trainer, fit_many

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROWS = 201
"""Training rows, evenly from −1 to 1."""

_GRID = np.linspace(-1.0, 1.0, 2001)
"""Where errors are measured: nine more points between two training rows."""

FUNCTIONS: dict[str, tuple[Message, Callable[[FloatArray], FloatArray]]] = {
    "sine": (_("sin(3πx)"), lambda x: np.sin(3 * np.pi * x)),
    "abs": (_("|x|"), np.abs),
    "bump": (_("exp(−16x²)"), lambda x: np.exp(-16 * x**2)),
    "step": (_("0 up to x = 0, then 1"), lambda x: (x > 0).astype(np.float64)),
}
"""What can be approximated, how it is written, and the function."""


@dataclass(frozen=True, eq=False)
class Fit:
    """The best network of a width.

    Attributes
    ----------
    width, parameters : int
    answers : array of shape (points,)
        Along the grid.
    errors : array of shape (points,)
        Those minus the function.
    """

    width: int
    parameters: int
    answers: FloatArray
    errors: FloatArray

    @property
    def rmse(self) -> float:
        """The root of the mean squared error along the grid."""
        return float(np.sqrt(np.mean(self.errors**2)))

    @property
    def largest(self) -> float:
        """The largest error along the grid, which the theorem is about."""
        return float(np.abs(self.errors).max())


@experiment
def approximation(
    *,
    function: Annotated[
        str, Knob(_("What is to be approximated."), choices=tuple(FUNCTIONS))
    ] = "sine",
    widths: Annotated[
        tuple[int, ...], Knob(_("Hidden units, a network each."), at_least=1, at_most=256, most=12)
    ] = (1, 2, 4, 8, 16, 32, 64),
    activation: Annotated[
        str, Knob(_("Of the hidden units."), choices=("tanh", "sigmoid", "relu"))
    ] = "tanh",
    tries: Annotated[
        int,
        Knob(_("First weights of each width, of which the best are kept."), at_least=1, at_most=20),
    ] = 4,
    iterations: Annotated[
        int, Knob(_("Iterations of L-BFGS, at most."), at_least=1, at_most=5000)
    ] = 1000,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Fit one hidden layer of 1, 2, 4, … units to a function on −1 ≤ x ≤ 1.

    Any continuous function on such an interval is met as closely as one likes by some network of
    one hidden layer that is wide enough: of sigmoid units (Cybenko 1989), of any that are bounded
    and not constant (Hornik 1991), of any that are no polynomial, ReLU among them (Leshno et al.
    1993). The theorem says that such weights exist, for the largest error; not that training finds
    them, and nothing of a function with a jump.

    Parameters
    ----------
    function : {"sine", "abs", "bump", "step"}, default "sine"
        sin(3πx), |x|, exp(−16x²), or a jump at 0.
    widths : sequence of int, default (1, 2, 4, 8, 16, 32, 64)
    activation : {"tanh", "sigmoid", "relu"}, default "tanh"
    tries : int, default 4
        Fits end in different places; the one of the least RMSE is kept.
    iterations : int, default 1000
        L-BFGS, for a few weights and all rows at once, comes closer than steps on batches.
    seed : int, default 42
        Decides the first weights.
    on_progress : callable, optional
        Called with the share of the widths that is done.

    Returns
    -------
    Observation
        A row a width: `width`, `parameters`, `rmse` and `largest` error along 2001 points.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.approximation(function="bump", widths=[1, 8], iterations=200)
    >>> seen.column("parameters")
    [4, 25]
    >>> one, eight = seen.column("largest")
    >>> one > 10 * eight
    True
    """
    widths = tuple(sorted(set(widths)))
    written, called = FUNCTIONS[function]
    fits = []
    for number, width in enumerate(widths, start=1):
        fits.append(_best_of(called, width, activation, tries, iterations, seed))
        if on_progress is not None:
            on_progress(number / len(widths))
    return Observation(
        name="approximation",
        title=_("One hidden layer approximates {function}", function=written),
        columns=(
            Column("width", _("hidden units")),
            Column("parameters", _("parameters"), ","),
            Column("rmse", _("RMSE"), ".3g"),
            Column("largest", _("largest error"), ".3g"),
        ),
        rows=tuple((fit.width, fit.parameters, fit.rmse, fit.largest) for fit in fits),
        sentences=(_by_width(fits), _best(fits), _theorem(fits, function)),
        settings={
            "function": function,
            "widths": widths,
            "activation": activation,
            "tries": tries,
            "iterations": iterations,
            "seed": seed,
        },
        draw=lambda: _draw(fits, written, called(_GRID)),
    )


def _best_of(
    function: Callable[[FloatArray], FloatArray],
    width: int,
    activation: str,
    tries: int,
    iterations: int,
    seed: int,
) -> Fit:
    """Fit networks of a width from several first weights, and return the best."""
    network = Network(Dense(width, activation), Dense(1), input_shape=1)
    x = np.linspace(-1.0, 1.0, _ROWS)
    trainers = [
        Trainer(
            network,
            loss="mse",
            optimizer=LBFGS(gradient_tolerance=1e-9),
            dtype="float64",
            seed=int(RandomStream.from_seed(seed).child(number).bits(1)[0]),
            measures=(),
        )
        for number in range(tries)
    ]
    fits = []
    for result in fit_many(trainers, (x[:, None], function(x)), max_epochs=iterations):
        answers = network.predict(result.parameters, _GRID[:, None])[:, 0]
        fits.append(Fit(width, network.parameter_count, answers, answers - function(_GRID)))
    return min(fits, key=lambda fit: fit.rmse)


def _by_width(fits: Sequence[Fit]) -> Message:
    first, last = fits[0], fits[-1]
    if len(fits) == 1:
        return _(
            "With {parameters:,} parameters, width {width}, the RMSE is {rmse:.3g} and the largest "
            "error {largest:.3g}.",
            parameters=first.parameters,
            width=first.width,
            rmse=first.rmse,
            largest=first.largest,
        )
    return _(
        "From width {narrow} to width {wide} the RMSE goes from {before:.3g} to {after:.3g}, the "
        "largest error from {at_most:.3g} to {at_least:.3g}.",
        narrow=first.width,
        wide=last.width,
        before=first.rmse,
        after=last.rmse,
        at_most=first.largest,
        at_least=last.largest,
    )


def _best(fits: Sequence[Fit]) -> Message:
    best = min(fits, key=lambda fit: fit.largest)
    if best is fits[-1]:
        return _(
            "The largest error is least, {largest:.3g}, at the greatest width tried, {width}.",
            largest=best.largest,
            width=best.width,
        )
    return _(
        "The largest error is least, {largest:.3g}, at width {width}: wider networks could do as "
        "well, with weights of 0 for what they have more, but training did not find it.",
        largest=best.largest,
        width=best.width,
    )


def _theorem(fits: Sequence[Fit], function: str) -> Message:
    least = min(fit.largest for fit in fits)
    if function == "step":
        return _(
            "The theorem promises nothing here, for a network is continuous and this function is "
            "not: beside a jump by 1 some error is always 0.5 or more, whatever the width, even if "
            "it hides between the points where errors are measured."
        )
    reached = [bound for bound in (0.1, 0.01, 0.001) if least <= bound]
    if not reached:
        return _(
            "The theorem promises that some width comes as close as one likes; none of these came "
            "closer than {least:.3g} everywhere.",
            least=least,
        )
    bound = reached[-1]
    fit = next(fit for fit in fits if fit.largest <= bound)
    return _(
        "The theorem promises that some width comes as close as one likes; for {bound:g} "
        "everywhere, width {width} with its {parameters:,} parameters was the first of these.",
        bound=bound,
        width=fit.width,
        parameters=fit.parameters,
    )


def _draw(fits: Sequence[Fit], written: Message, target: FloatArray) -> "Figure":
    shown = [fits[at] for at in sorted({0, len(fits) // 3, 2 * len(fits) // 3, len(fits) - 1})]
    with house_style():
        figure = new_figure(
            _("One hidden layer approximates {function}", function=written), (9.5, 5.4)
        )
        parts: Any = figure.subfigures(1, 2, width_ratios=(1.5, 1))
        left, right = parts
        panels = left.subplots(2, 2, sharex=True, sharey=True, squeeze=False)
        room = 0.25 * float(np.ptp(target))
        for axes, fit in zip(panels.flat, shown, strict=False):
            axes.plot(_GRID, fit.answers, color=theme().blue, linewidth=2.6)
            axes.plot(_GRID, target, color=theme().ink, linestyle="--", linewidth=1.2)
            axes.set_title(_("width {width}", width=fit.width))
            axes.set_ylim(target.min() - room, target.max() + room)
            dress(axes)
        for axes in panels.flat[len(shown) :]:
            axes.set_visible(False)
        for axes in panels[-1]:
            axes.set_xlabel(_("x"))
        for axes in panels[:, 0]:
            axes.set_ylabel(_("y"))
        _draw_errors(right.subplots(), fits)
        add_note(figure, _("Left: the function dashed, the network solid."))
    return figure


def _draw_errors(axes: "Axes", fits: Sequence[Fit]) -> None:
    widths = np.array([fit.width for fit in fits])
    # An exact fit has a place on a logarithmic axis, too.
    largest, rmse = (
        np.array([max(getattr(fit, name), 1e-16) for fit in fits]) for name in ("largest", "rmse")
    )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.plot(widths, largest, "o-", color=theme().vermilion, label=str(_("largest error")))
    axes.plot(widths, rmse, "s--", color=theme().blue, label=str(_("RMSE")))
    axes.minorticks_off()
    axes.set_xticks(widths, [str(width) for width in widths])
    label_decades(axes.yaxis, float(np.log10(largest.max() / rmse.min())) + 0.3)
    axes.set_xlabel(_("hidden units"))
    axes.set_title(_("Error by width"))
    axes.legend(loc="lower left")
    dress(axes)
