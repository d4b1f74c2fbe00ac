"""An overfitting network, and what dropout, L2 and both make of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.regularized import Case, train_with
from axone.lab.training_runs import Rows, seeds_from, share_of, those_at, xor_rows
from axone.messages import Message, _
from axone.plots.style import LINE_STYLES, add_note, dress, house_style, new_figure, theme
from axone.training import ProgressCallback

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FRESH = 500
"""Rows of validation, and of the test."""

_GRID = 81
_LEAST = 1e-6
"""A loss: what is below is drawn there."""


@experiment
def regularization(
    *,
    rate: Annotated[
        float, Knob(_("Dropout: the share that is dropped."), at_least=0, at_most=0.9)
    ] = 0.5,
    l2: Annotated[float, Knob(_("L2: λ of λ/(2m)·ΣW²."), at_least=0, at_most=100)] = 0.3,
    units: Annotated[int, Knob(_("Units of both hidden layers."), at_least=1, at_most=512)] = 64,
    rows: Annotated[int, Knob(_("Training rows."), at_least=10, at_most=2000)] = 60,
    noise: Annotated[
        float, Knob(_("Standard deviation about the corners."), at_least=0.01, at_most=2)
    ] = 0.7,
    epochs: Annotated[int, Knob(_("Epochs."), at_least=1, at_most=2000)] = 200,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Train a large network on few noisy rows: as it is, with dropout, with L2, with both.

    Dropout sets activations to 0 at random while training (Srivastava et al. 2014); L2 adds
    λ/(2m)·ΣW² to the loss of a batch of m rows, which pulls weights towards 0 (Hoerl & Kennard
    1970; Krogh & Hertz 1991). All begin at the same weights.

    Parameters
    ----------
    rate : float, default 0.5
        Of dropout, behind both hidden layers.
    l2 : float, default 0.3
        λ.
    units : int, default 64
        ReLU, of each of both hidden layers.
    rows : int, default 60
        Of noisy XOR about the corners (±1, ±1); 500 others validate, 500 more are the test.
    noise : float, default 0.7
        So large that classes overlap: no line is right about all rows.
    epochs : int, default 200
        Of Adam, in batches of 20.
    seed : int, default 42
        Decides rows, weights, order and what is dropped.
    on_progress : callable, optional
        Told the share that is done.

    Returns
    -------
    Observation
        A row each for nothing, dropout, L2 and both: `method`, `train_loss`, `validation_loss` and
        the `gap` between them at the end, `test_accuracy`, and the `norm` of all weights (None
        where a run diverged).

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.regularization(units=8, epochs=5)
    >>> [str(method) for method in seen.column("method")]
    ['nothing', 'dropout', 'L2', 'both']
    """
    drawn = [
        xor_rows(count, noise, each)
        for count, each in zip((rows, _FRESH, _FRESH), seeds_from(seed, 3), strict=True)
    ]
    methods = (
        (_("nothing"), 0.0, 0.0),
        (_("dropout"), rate, 0.0),
        (_("L2"), 0.0, l2),
        (_("both"), rate, l2),
    )
    cases = [
        train_with(title, dropped, pull, units, epochs, seed, drawn, share_of(on_progress, at, 4))
        for at, (title, dropped, pull) in enumerate(methods)
    ]

    def draw() -> "Figure":
        return _draw(cases, drawn[0])

    return Observation(
        name="regularization",
        title=_("An overfitting network, and what dropout and L2 make of it"),
        columns=(
            Column("method", _("with")),
            Column("train_loss", _("loss, training"), ".3g"),
            Column("validation_loss", _("loss, validation"), ".3g"),
            Column("gap", _("gap"), ".3g"),
            Column("test_accuracy", _("test accuracy"), ".1%"),
            Column("norm", _("norm of W"), ".3g"),
        ),
        rows=tuple(
            (
                case.title,
                case.train_loss,
                case.validation_loss,
                case.gap,
                case.accuracy,
                case.norm,
            )
            for case in cases
        ),
        sentences=(_gap(cases[0]), _best(cases), _norms(cases)),
        settings={
            "rate": rate,
            "l2": l2,
            "units": units,
            "rows": rows,
            "noise": noise,
            "epochs": epochs,
            "seed": seed,
        },
        draw=draw,
    )


def _gap(plain: Case) -> Message:
    if plain.gap is None or plain.train_loss is None or plain.validation_loss is None:
        return _("With nothing against it the run diverged.")
    if plain.gap > 0:
        return _(
            "With nothing against it the loss of the training rows ends at {train:.3g} and that "
            "of the validation rows at {validation:.3g}, {gap:.3g} above it.",
            train=plain.train_loss,
            validation=plain.validation_loss,
            gap=plain.gap,
        )
    return _(
        "With nothing against it the loss of the training rows ends at {train:.3g} and that of "
        "the validation rows at {validation:.3g}, which is no larger.",
        train=plain.train_loss,
        validation=plain.validation_loss,
    )


def _best(cases: Sequence[Case]) -> Message:
    narrowest, gap = those_at({case.title: case.gap for case in cases})
    lowest, loss = those_at({case.title: case.validation_loss for case in cases})
    if gap is None or loss is None:
        return _("No run is left to be compared.")
    return _(
        "The gap is smallest with {narrowest}, {gap:.3g}; the validation loss is least with "
        "{lowest}, {loss:.3g}.",
        narrowest=narrowest,
        gap=gap,
        lowest=lowest,
        loss=loss,
    )


def _norms(cases: Sequence[Case]) -> Message:
    largest, most = those_at({case.title: case.norm for case in cases}, max)
    smallest, least = those_at({case.title: case.norm for case in cases})
    right, accuracy = those_at({case.title: case.accuracy for case in cases}, max)
    if most is None or least is None or accuracy is None:
        return _("No run is left whose weights could be measured.")
    return _(
        "The norm of the weights is largest with {largest}, {most:.3g}, and smallest with "
        "{smallest}, {least:.3g}; most test rows, {accuracy:.1%}, are right with {right}.",
        largest=largest,
        most=most,
        smallest=smallest,
        least=least,
        accuracy=accuracy,
        right=right,
    )


def _draw(cases: Sequence[Case], rows: Rows) -> "Figure":
    with house_style():
        figure = new_figure(_("The same network, regularised"), (9.6, 5.8))
        panels = figure.subplots(2, len(cases), sharex="row", sharey="row")
        for number, case in enumerate(cases):
            _draw_plane(panels[0, number], case, rows)
            _draw_curves(panels[1, number], case)
        panels[0, 0].set_ylabel(_("x₂"))
        panels[1, 0].set_ylabel(_("cross-entropy"))
        panels[1, 0].legend(loc="lower left")
        add_note(
            figure,
            _("Above: training rows, circles of class 0 and triangles of class 1."),
            _("Shaded: where class 1 is answered."),
            _("Below: losses without dropout and penalty, on a logarithmic scale."),
        )
    return figure


def _draw_plane(axes: "Axes", case: Case, rows: Rows) -> None:
    X, y = rows
    reach = 1.08 * float(np.abs(X).max())
    along = np.linspace(-reach, reach, _GRID)
    first, second = np.meshgrid(along, along)
    if case.train_loss is not None:
        grid = np.column_stack([first.ravel(), second.ravel()])
        shares = case.network.predict(case.parameters, grid).reshape(first.shape)
        axes.contourf(first, second, shares, [0.5, 2.0], colors=[theme().pale], zorder=0)
        if shares.min() < 0.5 < shares.max():
            axes.contour(first, second, shares, [0.5], colors=[theme().ink], linewidths=1.2)
    for label, color, marker in ((0, theme().blue, "o"), (1, theme().vermilion, "^")):
        own = X[y == label]
        axes.scatter(own[:, 0], own[:, 1], s=13, color=color, marker=marker, zorder=3)
    axes.set_title(case.title)
    axes.set_aspect("equal")
    axes.set_xlabel(_("x₁"))
    dress(axes, grid=False)


def _draw_curves(axes: "Axes", case: Case) -> None:
    from matplotlib.ticker import MaxNLocator

    from axone.plots.epochs import label_decades

    dress(axes)
    axes.set_yscale("log")
    label_decades(axes.yaxis, 3.0)
    for losses, name, color, dashes in (
        (case.train, _("training"), theme().blue, LINE_STYLES[0]),
        (case.validation, _("validation"), theme().orange, LINE_STYLES[1]),
    ):
        drawn = np.clip(np.array(losses, dtype=np.float64), _LEAST, 1 / _LEAST)
        epochs = np.arange(1, len(drawn) + 1)
        axes.plot(epochs, drawn, color=color, linestyle=dashes, label=str(name))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, min_n_ticks=1))
    axes.set_xlabel(_("epoch"))
