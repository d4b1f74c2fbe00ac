"""Epochs, batches and steps: how rows are divided, and how many updates that makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from axone.bounds import LARGEST_COUNT
from axone.checks import check_integer, check_number
from axone.data.splitting import part_sizes
from axone.engines import Recipe
from axone.errors import ConfigurationError
from axone.layers import Dense
from axone.losses import LOSSES
from axone.messages import Message, _, _n, formatted
from axone.network import Network
from axone.optimizers import SGD
from axone.plots.style import SMALL, add_note, bare, house_style, new_figure, theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS, _LINES = 10, 5
"""Batches of an epoch, and epochs, that are drawn: of more, the first ones and the last."""

_MOST_ROWS, _MOST_STEPS = 9_999_999, 999_999
"""Larger numbers do not fit their places."""

_LEFT, _HEIGHT = 0.14, 0.7
"""Of the width for what a line is called; of a line for its cells."""

_NARROWEST, _NARROWEST_BATCH = 0.12, 0.075
"""Of the width, for a part and for a batch: a name and a number have room."""


@dataclass(frozen=True)
class Plan:
    """What a run of so many epochs comes to.

    Attributes
    ----------
    parts : tuple of int
        Rows of training, validation and test.
    batch : int
        Rows of a whole batch.
    epochs : int
    steps : int
        Of an epoch: its batches.
    """

    parts: tuple[int, int, int]
    batch: int
    epochs: int
    steps: int

    @property
    def last_batch(self) -> int:
        """Rows of the last batch of an epoch."""
        return self.parts[0] - (self.steps - 1) * self.batch

    @property
    def all_steps(self) -> int:
        """Of all epochs."""
        return self.steps * self.epochs


def plan(rows: int, batch: int, epochs: int, split: Sequence[float]) -> Plan:
    """Count as a run does.

    Parameters
    ----------
    rows, batch, epochs : int
    split : sequence of three floats
        Percent of the rows for training, validation and test; together 100.

    Returns
    -------
    Plan

    Raises
    ------
    ConfigurationError, ArgumentTypeError, DataError
        A setting out of bounds, or no row to train on.

    Examples
    --------
    >>> counted = plan(10_000, 700, 3, (70, 15, 15))
    >>> counted.parts, counted.steps, counted.all_steps
    ((7000, 1500, 1500), 10, 30)
    """
    check_integer("rows", rows, at_least=1, at_most=_MOST_ROWS)
    check_integer("batch", batch, at_least=1, at_most=LARGEST_COUNT)
    check_integer("epochs", epochs, at_least=1, at_most=LARGEST_COUNT)
    for share in split:
        check_number(_("a share of the split"), share, at_least=0, at_most=100)
    if len(split) != 3 or abs(sum(split) - 100) > 1e-6:
        raise ConfigurationError(
            _(
                "The split takes three shares in percent, of training, validation and test, that "
                "add up to 100, such as 70,15,15; found {found}.",
                found=",".join(f"{share:g}" for share in split) or _("nothing"),
            )
        )
    _training, validation, test = split
    parts = part_sizes(rows, validation=validation / 100, test=test / 100)
    recipe = Recipe(
        Network(Dense(1), input_shape=1), LOSSES.resolve("mse"), SGD(), batch_size=batch
    )
    return Plan(parts, batch, epochs, recipe.steps(parts[0]))


def plot_steps(
    rows: int = 10_000,
    batch: int = 700,
    epochs: int = 3,
    *,
    split: Sequence[float] = (70, 15, 15),
) -> "Figure":
    """Draw how rows make batches, batches steps, and steps epochs.

    An epoch is one pass over the training rows, a step the update after one batch. The last batch
    of an epoch has the rows that are left.

    Parameters
    ----------
    rows : int, default 10 000
        Of the whole data set.
    batch : int, default 700
        Rows of a step.
    epochs : int, default 3
    split : sequence of three floats, default (70, 15, 15)
        Percent for training, validation and test.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ConfigurationError, ArgumentTypeError, DataError
        A setting out of bounds, no row to train on, or more than 999,999 steps.

    Examples
    --------
    >>> from axone.plots import plot_steps
    >>> plot_steps(100, 32, 2).get_suptitle()
    '2 epochs of 3 steps: 6 steps in all'
    """
    counted = plan(rows, batch, epochs, split)
    if counted.all_steps > _MOST_STEPS:
        raise ConfigurationError(
            _(
                "{steps:,} steps: at most {most:,} can be drawn. Take fewer rows or epochs, or a "
                "larger batch.",
                steps=counted.all_steps,
                most=_MOST_STEPS,
            )
        )
    shown = _shown(counted.epochs, _LINES)
    with house_style():
        figure = new_figure(_title(counted), (9.0, 2.7 + 0.5 * len(shown)))
        axes = figure.subplots()
        bare(axes)
        axes.set_xlim(0, 1)
        axes.set_ylim(len(shown) + 2, 0)
        _draw_parts(axes, counted, rows)
        _draw_batches(axes, counted)
        for line, epoch in enumerate(shown, start=2):
            _draw_epoch(axes, counted, epoch, line)
        add_note(
            figure,
            _("A step: one batch forward and back, then the weights move once."),
            _("An epoch: every training row once, in a new order."),
            _("The validation rows are looked at after each.") if counted.parts[1] else "",
            _("The test rows wait for the very end.") if counted.parts[2] else "",
        )
    return figure


def _title(counted: Plan) -> Message:
    return _(
        "{epochs} of {steps}: {in_all} in all",
        epochs=_n("{count:,} epoch", "{count:,} epochs", counted.epochs),
        steps=_n("{count:,} step", "{count:,} steps", counted.steps),
        in_all=_n("{count:,} step", "{count:,} steps", counted.all_steps),
    )


def _shown(count: int, places: int) -> list[int | None]:
    """Return which of so many are drawn, counted from 0; None stands for those that are not."""
    if count <= places:
        return list(range(count))
    return [*range(places - 2), None, count - 1]


def _cell(
    axes: "Axes", left: float, width: float, line: int, text: str, *, learnt: bool = False
) -> None:
    """Draw a box of a line with its text."""
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (left, line + (1 - _HEIGHT) / 2),
            width,
            _HEIGHT,
            facecolor=theme().behind_text[1] if learnt else theme().pale,
            edgecolor=theme().muted,
            linewidth=0.8,
        )
    )
    axes.text(
        left + width / 2,
        line + 0.5,
        text,
        color=theme().ink,
        fontsize=SMALL,
        horizontalalignment="center",
        verticalalignment="center",
    )


def _name(axes: "Axes", line: int, text: Message) -> None:
    axes.text(
        0, line + 0.5, text, color=theme().ink, fontsize=SMALL + 1, verticalalignment="center"
    )


def _draw_parts(axes: "Axes", counted: Plan, rows: int) -> None:
    """Draw the rows as one bar, cut into parts: small ones wide enough for their words."""
    _name(axes, 0, _n("{count:,} row", "{count:,} rows", rows))
    widths = [max(size / rows, _NARROWEST) if size else 0.0 for size in counted.parts]
    left = _LEFT
    names = (_("training"), _("validation"), _("test"))
    for number, (name, size, share) in enumerate(zip(names, counted.parts, widths, strict=True)):
        width = (1 - _LEFT) * share / sum(widths)
        if size:
            _cell(axes, left, width, 0, f"{name}\n{formatted(size, ',')}", learnt=number == 0)
        left += width


def _draw_batches(axes: "Axes", counted: Plan) -> None:
    """Draw the batches of an epoch with their rows."""
    _name(axes, 1, _n("{count:,} batch", "{count:,} batches", counted.steps))
    for left, width, batch in _columns(counted):
        size = counted.last_batch if batch == counted.steps - 1 else counted.batch
        _cell(
            axes, left, width, 1, "…" if batch is None else str(formatted(size, ",")), learnt=True
        )


def _draw_epoch(axes: "Axes", counted: Plan, epoch: int | None, line: int) -> None:
    """Draw the steps of an epoch, counted from the first of all."""
    if epoch is None:
        axes.text(_LEFT, line + 0.5, "…", color=theme().ink, verticalalignment="center")
        return
    _name(axes, line, _("epoch {number:,}", number=epoch + 1))
    for left, width, batch in _columns(counted):
        place = formatted(epoch * counted.steps + (batch or 0) + 1, ",")
        text = "…" if batch is None else str(place)
        _cell(axes, left, width, line, text)


def _columns(counted: Plan) -> list[tuple[float, float, int | None]]:
    """Return where batches begin, how wide they are, and which: the last narrower if smaller."""
    shown = _shown(counted.steps, _COLUMNS)
    width = (1 - _LEFT) / len(shown)
    share = max(counted.last_batch / counted.batch, _NARROWEST_BATCH * len(shown))
    widths = [width] * (len(shown) - 1) + [width * min(share, 1.0)]
    return [
        (_LEFT + place * width, own, batch)
        for place, (batch, own) in enumerate(zip(shown, widths, strict=True))
    ]
