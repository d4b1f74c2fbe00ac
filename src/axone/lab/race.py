"""The race of the optimisers, measured: how fast, how sure over several seeds, how much memory."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.lab.contenders import (
    Contenders,
    OneRate,
    RowCount,
    Target,
    Units,
    contender,
    rates_told,
    spiral_trainer,
)
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.racer import Racer, let_run
from axone.lab.training_runs import seeds_from, spiral_rows, those_at
from axone.messages import Message, _, _n, formatted, listed
from axone.plots.style import SMALL, add_note, dress, house_style, new_figure, theme
from axone.training import ProgressCallback

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@experiment
def race(
    *,
    names: Contenders = (
        "gradient_descent",
        "sgd",
        "momentum",
        "nesterov",
        "adagrad",
        "rmsprop",
        "adam",
        "adamw",
        "lbfgs",
    ),
    seeds: Annotated[int, Knob(_("Runs of each, each with its seed."), at_least=2, at_most=64)] = 8,
    rate: OneRate = 0.0,
    epochs: Annotated[int, Knob(_("Epochs."), at_least=1, at_most=2000)] = 100,
    rows: RowCount = 400,
    units: Units = 32,
    target: Target = 0.1,
    seed: Seed = 42,
    on_progress: ProgressCallback | None = None,
) -> Observation:
    """Race the optimisers on two spirals: speed, stability and memory, all measured.

    Each trains the same network several times on the same rows, with other first weights and
    orders. The time is that of this machine: the mean epochs to the target, times the time of an
    epoch in the fastest of three runs.

    Parameters
    ----------
    names : tuple of 1 to 9 str, default all
    seeds : int, default 8
        Runs of each, with the seeds `seed`, `seed` + 1, …
    rate : float, default 0
        One learning rate for all. With 0 each has the one that suits it, found by trial on these
        rows.
    epochs : int, default 100
    rows : int, default 400
    units : int, default 32
        tanh, of each of both hidden layers.
    target : float, default 0.1
        Cross-entropy of the training rows.
    seed : int, default 42
        The first, and that of the rows.
    on_progress : callable, optional
        Told the share that is done.

    Returns
    -------
    Observation
        A row an optimiser: `optimizer`, `rate`, `failed` (runs that diverged or did not reach the
        target), `epochs` and `milliseconds` to the target (means over the others), `loss` at the
        end and its standard deviation `spread` over the runs that did not diverge,
        `numbers_per_weight` that the optimiser remembers and their `bytes`.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.race(names=("sgd", "momentum", "adam"), seeds=2, epochs=2)
    >>> seen.column("numbers_per_weight")
    [0.0, 1.0, 2.0]
    """
    distinct = tuple(dict.fromkeys(names))
    train, each_seed = spiral_rows(rows, seed), seeds_from(seed, seeds)
    # The first call of a process pays for what all share: not the first optimiser.
    spiral_trainer(contender(distinct[0], rate), units, seed).fit(train, max_epochs=1)
    racers = []
    for at, name in enumerate(distinct, 1):
        racers.append(let_run(name, rate, units, each_seed, train, epochs, target))
        if on_progress is not None:
            on_progress(at / len(distinct))

    def draw() -> "Figure":
        return _draw(racers, rate, target)

    return Observation(
        name="race",
        title=_("The race of the optimisers: speed, stability, memory"),
        columns=(
            Column("optimizer", _("optimiser")),
            Column("rate", _("η"), "g"),
            Column("failed", _("misses")),
            Column("epochs", _("epochs"), ".1f"),
            Column("milliseconds", _("ms"), ".3g"),
            Column("loss", _("loss"), ".2g"),
            Column("spread", _("s.d."), ".2g"),
            Column("numbers_per_weight", _("per weight"), ".3g"),
            Column("bytes", _("bytes"), ","),
        ),
        rows=tuple(
            (
                each.name,
                each.rate,
                each.failed,
                each.epochs,
                each.time,
                each.loss,
                each.spread,
                each.remembered,
                each.memory,
            )
            for each in racers
        ),
        sentences=(_speed(racers, target), _stability(racers), _memory(racers)),
        settings={
            "names": names,
            "seeds": seeds,
            "rate": rate,
            "epochs": epochs,
            "rows": rows,
            "units": units,
            "target": target,
            "seed": seed,
        },
        draw=draw,
    )


def _speed(racers: Sequence[Racer], target: float) -> Message:
    by_time, milliseconds = those_at({each.name: each.time for each in racers})
    by_epochs, epochs = those_at({each.name: each.epochs for each in racers})
    if milliseconds is None or epochs is None:
        return _("Speed: no run reached a loss of {target:g} in these epochs.", target=target)
    return _(
        "Speed, on average over the runs that reached a loss of {target:g}: the shortest time was "
        "that of {by_time}, {milliseconds:.3g} ms, and the fewest epochs those of {by_epochs}, "
        "{epochs:.1f}.",
        target=target,
        by_time=by_time,
        milliseconds=milliseconds,
        by_epochs=by_epochs,
        epochs=epochs,
    )


def _stability(racers: Sequence[Racer]) -> Message:
    runs = racers[0].runs
    sure = [each.name for each in racers if not each.failed]
    lost = [each.name for each in racers if each.failed == runs]
    nobody = _("none")
    all_runs = _n("the {count} run", "all {count} runs", runs)
    return _(
        "Stability: {all_runs} reached that loss with: {sure}; not one with: {lost}.",
        all_runs=all_runs,
        sure=listed(sure) or nobody,
        lost=listed(lost) or nobody,
    )


def _memory(racers: Sequence[Racer]) -> Message:
    least, fewest = those_at({each.name: each.remembered for each in racers})
    most, largest = those_at({each.name: each.remembered for each in racers}, max)
    return _(
        "Memory: the fewest numbers for each weight, {fewest:.3g}, are remembered by {least}, and "
        "the most, {largest:.3g}, by {most}.",
        least=least,
        fewest=fewest,
        most=most,
        largest=largest,
    )


def _draw(racers: Sequence[Racer], rate: float, target: float) -> "Figure":
    with house_style():
        figure = new_figure(_("The race of the optimisers"), (9.0, 1.9 + 0.34 * len(racers)))
        speed, stability, memory = figure.subplots(1, 3, sharey=True, width_ratios=(3, 3, 2))
        places = list(range(len(racers)))
        speed.set_yticks(places, [each.name for each in racers])
        speed.set_ylim(len(racers) - 0.4, -0.6)
        _bars(speed, [each.time for each in racers], _("never"))
        speed.set_title(_("Speed"))
        speed.set_xlabel(_("ms to a loss of {target:g}", target=target))
        _spread(stability, racers)
        stability.set_title(_("Stability"))
        stability.set_xlabel(_("loss at the end, a mark a run"))
        _bars(memory, [each.remembered for each in racers], _("none"))
        memory.set_title(_("Memory"))
        memory.set_xlabel(_("numbers per weight"))
        add_note(
            figure,
            rates_told(rate),
            _("Right of the marks: runs that reached the loss."),
        )
    return figure


def _bars(axes: "Axes", lengths: Sequence[float | None], missing: Message) -> None:
    drawn = [0.0 if length is None else length for length in lengths]
    longest = max(drawn) or 1.0
    axes.barh(range(len(drawn)), drawn, height=0.55, color=theme().blue, zorder=2)
    axes.set_xlim(0, 1.28 * longest)
    for place, length in enumerate(lengths):
        told = missing if length is None else formatted(length, ".3g")
        axes.annotate(
            str(told),
            (drawn[place], place),
            xytext=(4, 0),
            textcoords="offset points",
            verticalalignment="center",
            fontsize=SMALL,
        )
    dress(axes, grid=False)


def _spread(axes: "Axes", racers: Sequence[Racer]) -> None:
    from matplotlib.ticker import LogLocator

    from axone.plots.epochs import label_decades

    dress(axes)
    axes.set_xscale("log")
    every = [loss for each in racers for loss in each.losses if loss > 0]
    low, high = (min(every), max(every)) if every else (0.1, 1.0)
    axes.set_xlim(low / 2, 2 * high)
    label_decades(axes.xaxis, float(np.log10(4 * high / low)))
    axes.xaxis.set_major_locator(LogLocator(numticks=5))
    for place, each in enumerate(racers):
        losses = [loss for loss in each.losses if loss > 0]
        axes.plot(
            losses,
            [place] * len(losses),
            linestyle="none",
            marker="o",
            markersize=6,
            markerfacecolor="none",
            markeredgecolor=theme().vermilion,
            zorder=3,
        )
        reached = _("{count} of {runs}", count=len(each.reached), runs=each.runs)
        axes.annotate(
            str(reached),
            (1.02, place),
            xycoords=("axes fraction", "data"),
            verticalalignment="center",
            fontsize=SMALL,
            annotation_clip=False,
        )
