"""Optimisers in a race: each one's path on the same surface, step by step, with its losses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_choice, check_integer, check_seed
from axone.errors import ConfigurationError
from axone.messages import Message, _, formatted, listed
from axone.optimizers import OPTIMIZERS
from axone.plots.animations.animation import Animation
from axone.plots.animations.surfaces import SURFACES, Surface
from axone.plots.ideas.paths import draw_contours
from axone.plots.style import add_note, bare, dress, house_style, new_figure, theme
from axone.random import RandomStream

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

RULES = ("gradient_descent", "sgd", "momentum", "nesterov", "rmsprop", "adam")

MOST_STEPS = 300

_MOST_FRAMES = 76
"""More than so many would make a page of 5 MB: of more steps only some are shown."""

_NAMES = {
    "gradient_descent": _("gradient descent"),
    "sgd": _("SGD"),
    "momentum": _("momentum"),
    "nesterov": _("Nesterov"),
    "rmsprop": _("RMSProp"),
    "adam": _("Adam"),
}

_MARKERS = ("o", "X", "^", "D", "s", "P")

SMALLEST = 1e-4
"""Losses below are drawn here: a log axis has no 0."""


@dataclass(frozen=True, eq=False)
class Racer:
    """One rule on its way.

    Attributes
    ----------
    rule : str
    rate : float
        η.
    weights : array of shape (steps + 1, 2)
        The start first.
    losses : array of shape (steps + 1,)
        Above the least of the surface.
    """

    rule: str
    rate: float
    weights: FloatArray
    losses: FloatArray


def race(surface: Surface, rules: Sequence[str], steps: int, seed: int) -> tuple[Racer, ...]:
    """Let each rule make its steps from the start of a surface.

    Parameters
    ----------
    surface : Surface
    rules : sequence of str
    steps : int
    seed : int
        Of the gradients that SGD sees.

    Returns
    -------
    tuple of Racer
    """
    return tuple(_raced(surface, rule, steps, seed) for rule in rules)


def _raced(surface: Surface, rule: str, steps: int, seed: int) -> Racer:
    optimizer, rate = OPTIMIZERS.resolve(rule), surface.rates[rule]
    weights = np.array(surface.start, dtype=np.float64)
    slots = list(optimizer.fresh_slots(weights).values())
    random = RandomStream.from_seed(seed)
    visited, losses = [weights.copy()], [surface.look(weights)[0]]
    for step in range(1, steps + 1):
        gradient = surface.look(weights)[1]
        if rule == "sgd":
            gradient = surface.noisy(weights, random.child(step))
        optimizer.update(weights, gradient, slots, rate, step)
        visited.append(weights.copy())
        losses.append(surface.look(weights)[0])
    return Racer(rule, rate, np.array(visited), np.array(losses) - surface.least)


def animate_optimizers(
    surface: str = "valley", *, rules: Sequence[str] = RULES, steps: int = 60, seed: int = 0
) -> Animation:
    """Race optimisers down a loss of two weights, with the library's own steps.

    Parameters
    ----------
    surface : {"valley", "saddle", "minima", "plateau"}, default "valley"
        The mean squared error of W·x + b on x = 1, 2, 3, 4, y = 2, 3, 4, 5; or a surface chosen
        for its shape: a saddle, two valleys of unlike depth, a terrace between cliffs.
    rules : sequence of str, default all six
        Of ``"gradient_descent"``, ``"sgd"``, ``"momentum"``, ``"nesterov"``, ``"rmsprop"`` and
        ``"adam"``. SGD sees gradients of single rows, or noisy ones where there are no rows; the
        others the gradient itself. η of each is one with which it does well there.
    steps : int, default 60
        A frame each up to 75, 300 at most.
    seed : int, default 0
        Of SGD's gradients.

    Returns
    -------
    Animation

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        An unknown surface or rule, none or one twice, or a count out of bounds.

    Examples
    --------
    >>> from axone.plots import animate_optimizers
    >>> animate_optimizers("saddle", rules=["adam"], steps=20).frames
    21
    """
    check_choice("surface", surface, tuple(SURFACES))
    _check_rules(rules)
    check_integer("steps", steps, at_least=1, at_most=MOST_STEPS)
    check_seed(seed)
    ground = SURFACES[surface]()
    racers = race(ground, rules, steps, seed)
    title = _("Optimisers in a race, step by step")
    with house_style():
        figure = new_figure(title, (8.0, 5.4))
        left, right, foot = figure.subplot_mosaic(
            [["path", "loss"], ["names", "names"]], width_ratios=(1.25, 1), height_ratios=(1, 0.14)
        ).values()
        bare(foot)
        draw_contours(left, ground.height, ground.limits, ground.levels, ground.lowest)
        left.set_xlabel(ground.names[0])
        left.set_ylabel(ground.names[1])
        dress(left, grid=False)
        _set_up_losses(right, racers, steps)
        paths = [_line(left, racer, 0.9) for racer in racers]
        heads = [_head(left, racer) for racer in racers]
        losses = [_line(right, racer, 1.4) for racer in racers]
        ends = [_head(right, racer) for racer in racers]
        left.set_title(ground.title, fontsize=10)
        now = right.set_title(" ", fontsize=10)
        names = [_with_rate(racer) for racer in racers]
        foot.legend(heads, names, loc="center", ncols=3, columnspacing=1.5, borderpad=0)
        lost = any(racer.losses.min() < SMALLEST for racer in racers)
        add_note(
            figure,
            ground.told,
            _("× is a lowest point.") if ground.lowest else "",
            _("Less than {smallest:g} is drawn as that.", smallest=SMALLEST) if lost else "",
        )

    shown = np.unique(np.linspace(0, steps, min(steps + 1, _MOST_FRAMES)).round().astype(int))

    def show(frame: int) -> None:
        step = int(shown[frame])
        made, at = slice(0, step + 1), np.arange(step + 1)
        for racer, path, head, loss, end in zip(racers, paths, heads, losses, ends, strict=True):
            heights = np.maximum(racer.losses, SMALLEST)
            path.set_data(*racer.weights[made].T)
            head.set_data(*racer.weights[[step]].T)
            loss.set_data(at, heights[made])
            end.set_data([step], [heights[step]])
        now.set_text(_("J above the least; step {step}", step=step))

    captions = tuple(str(_caption(racers, step)) for step in shown.tolist())
    return Animation(title, figure, captions, show, seconds=0.12, hold=3.0)


def _check_rules(rules: Sequence[str]) -> None:
    for rule in rules:
        check_choice(_("a rule"), rule, RULES)
    if not rules or len(set(rules)) < len(rules):
        raise ConfigurationError(
            _("rules must name some of {known}, each once.", known=listed(RULES))
        )


def _caption(racers: Sequence[Racer], step: int) -> Message:
    shown = listed(
        _("{rule} {loss:.3g}", rule=_NAMES[racer.rule], loss=float(racer.losses[step]))
        for racer in sorted(racers, key=lambda racer: racer.losses[step])
    )
    if step == 0:
        return _(
            "All start at one point, J = {loss:.3g} above the least.", loss=racers[0].losses[0]
        )
    return _("Step {step}, J above the least: {losses}.", step=step, losses=shown)


def _with_rate(racer: Racer) -> Message:
    return _("{rule}, η = {rate:g}", rule=_NAMES[racer.rule], rate=racer.rate)


def _set_up_losses(axes: "Axes", racers: Sequence[Racer], steps: int) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.set_yscale("log")
    axes.set_xlim(0, 1.03 * steps)
    lowest = min(float(racer.losses.min()) for racer in racers)
    highest = max(float(racer.losses.max()) for racer in racers)
    axes.set_ylim(max(lowest, SMALLEST) * 0.6, 2 * highest)
    axes.set_xlabel(_("step"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _at: str(formatted(value, "g"))))
    dress(axes)


def _look(racer: Racer) -> dict[str, Any]:
    place = RULES.index(racer.rule)
    return {"color": (*theme().palette, theme().ink)[place]}


def _line(axes: "Axes", racer: Racer, width: float) -> "Line2D":
    (line,) = axes.plot([], [], linewidth=width, alpha=0.9, zorder=3, **_look(racer))
    return line


def _head(axes: "Axes", racer: Racer) -> "Line2D":
    """Draw the marker that leads a path: its shape tells the rules apart."""
    (head,) = axes.plot(
        [],
        [],
        linestyle="none",
        marker=_MARKERS[RULES.index(racer.rule)],
        markersize=9,
        markeredgecolor=theme().paper,
        zorder=6,
        **_look(racer),
    )
    return head
