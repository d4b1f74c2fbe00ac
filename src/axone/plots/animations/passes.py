"""One example through a small network and back: its numbers forward, gradients back, the update."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.activations import ACTIVATIONS
from axone.arrays import FloatArray
from axone.checks import check_integer, check_number, check_seed, checked_sizes
from axone.data import load_dataset
from axone.explanation import Trace, explain
from axone.explanation.numerals import numeral, written
from axone.explanation.trace import BACKWARD, FORWARD, LOSS, UPDATE, Step
from axone.layers import Dense
from axone.messages import Message, _
from axone.network import Network
from axone.optimizers import SGD
from axone.parameters import Parameters
from axone.plots.animations.animation import Animation
from axone.plots.animations.unit_diagram import UnitDiagram
from axone.plots.style import SMALL, add_note, house_style, new_figure, theme

MOST_LAYERS = 2
MOST_UNITS = 5

_LOSS = "categorical_cross_entropy"


@dataclass(frozen=True, eq=False)
class _Scene:
    """What changes from one frame to the next; all that was shown before stays.

    Attributes
    ----------
    caption : Message
    worked : str
        How the first number came about.
    column : int, optional
        The column of units that something is written at.
    values, sums, deltas : array of shape (units,), optional
        What its circles hold; what stands below them, and above them.
    links : int, optional
        The layer whose links are lit.
    sizes : array of shape (units, inputs), optional
        What these are as wide as, by sign.
    kind : str
        That of the trace.
    again : tuple
        Columns, with what their circles hold and what stands below them, that take the place of
        all that was shown before.
    """

    caption: Message
    worked: str = ""
    column: int | None = None
    values: FloatArray | None = None
    sums: FloatArray | None = None
    deltas: FloatArray | None = None
    links: int | None = None
    sizes: FloatArray | None = None
    kind: str = ""
    again: tuple[tuple[int, FloatArray, FloatArray | None], ...] = ()


def animate_passes(
    *,
    row: int = 60,
    hidden: Sequence[int] = (3,),
    activation: str = "tanh",
    rate: float = 0.5,
    seed: int = 0,
) -> Animation:
    """Send a flower of iris through a network, the error back, and move the weights.

    A network of 4 inputs, hidden layers and 3 outputs with softmax, fresh weights, cross-entropy,
    and one step of gradient descent on this one flower. Every number is that of `axone.explain`.

    Parameters
    ----------
    row : int, default 60
        Which of the 150 flowers, from 0; its measurements are standardised.
    hidden : sequence of int, default (3,)
        Units of one or two hidden layers, 5 at most.
    activation : str, default "tanh"
        Of the hidden layers.
    rate : float, default 0.5
        η.
    seed : int, default 0
        Of the weights.

    Returns
    -------
    Animation

    Raises
    ------
    ConfigurationError, ArgumentTypeError, UnknownNameError
        A setting out of bounds, or an unknown activation.

    Examples
    --------
    >>> from axone.plots import animate_passes
    >>> animate_passes(hidden=[2]).frames
    12
    """
    check_integer("row", row, at_least=0, at_most=149)
    sizes = checked_sizes("hidden", hidden)
    check_integer(_("the number of hidden layers"), len(sizes), at_least=1, at_most=MOST_LAYERS)
    for units in sizes:
        check_integer(_("units of a hidden layer"), units, at_least=1, at_most=MOST_UNITS)
    ACTIVATIONS.resolve(activation)
    check_number("rate", rate, above=0, at_most=1e3)
    check_seed(seed)
    iris = load_dataset("iris")
    measured = np.asarray(iris.X, dtype=np.float64)
    x = ((measured - measured.mean(axis=0)) / measured.std(axis=0))[row]
    label = int(iris.y[row])
    layers = [Dense(units, activation) for units in sizes]
    network = Network(*layers, Dense(3, "softmax"), input_shape=4)
    weights = network.initialize(seed=seed, dtype="float64")
    optimizer = SGD(rate)
    trace = explain(network, weights, x, label, loss=_LOSS, optimizer=optimizer)
    after = explain(network, _moved(weights, trace), x, label, loss=_LOSS)
    names = [str(name) for name in iris.class_names]
    scenes = _scenes(network, weights, trace, after, x, label, names, rate)
    title = _("One example forward, its error back, one step")
    with house_style():
        figure = new_figure(title, (8.0, 5.6))
        axes = figure.subplots()
        counts = (4, *sizes, 3)
        diagram = UnitDiagram(axes, counts, [str(name) for name in iris.feature_names], names)
        said = axes.text(0.1, diagram.top + 0.58, "", fontsize=10.5, weight="bold", va="center")
        worked = axes.text(0.1, diagram.top + 0.27, "", fontsize=10, va="center")
        key = axes.text(
            0.1, diagram.foot - 0.08, "", fontsize=SMALL, color=theme().muted, va="center"
        )
        add_note(
            figure,
            _("In the circles x and a, below them z, above them δ = ∂L/∂z."),
            _("Worked out is the first number of each."),
        )
    plain = [each["weight"] for each in weights.by_layer]
    moved = [each["weight"] for each in _moved(weights, trace).by_layer]

    def show(frame: int) -> None:
        diagram.clear()
        for layer, weight in enumerate(plain if scenes[frame].kind != UPDATE else moved):
            diagram.dim(layer, weight)
        now = scenes[frame]
        for scene in scenes[: frame + 1] if not now.again else ():
            if scene.column is not None:
                diagram.write(scene.column, scene.values, scene.sums, scene.deltas)
        for column, values, sums in now.again:
            diagram.write(column, values, sums)
        if now.column is not None:
            diagram.mark(now.column)
        if now.links is not None and now.sizes is not None:
            diagram.light(now.links, now.sizes)
        elif now.kind == UPDATE:
            for layer, weight in enumerate(moved):
                diagram.light(layer, weight, numbered=False)
        said.set_text(now.caption)
        worked.set_text(now.worked)
        is_back = now.kind == BACKWARD and now.links is not None
        key.set_text(_links_are_gradients() if is_back else _links_are_weights())

    captions = tuple(_said(scene) for scene in scenes)
    return Animation(title, figure, captions, show, seconds=1.6, hold=4.0)


def _said(scene: _Scene) -> str:
    return f"{scene.caption} {scene.worked}".strip()


def _links_are_weights() -> Message:
    return _("Lines: as wide as |weight|; solid where it is positive, dashed where negative.")


def _links_are_gradients() -> Message:
    return _("Lines: as wide as |∂L/∂W|; solid where it is positive, dashed where negative.")


def _moved(weights: Parameters, trace: Trace) -> Parameters:
    """Return the weights after the step of the trace."""
    arrays: dict[str, Any] = {
        step.name: step.array
        for step in trace.walk()
        if step.kind == UPDATE and step.before is not None and step.array is not None
    }
    return weights.replaced(arrays)


def _numbers(step: Step) -> FloatArray:
    assert step.array is not None  # noqa: S101 — a step with a symbol has an array
    return step.array[0]


def _worked(step: Step, name: str) -> str:
    """Write how the first number of an array came about."""
    cell = step.cells[0]
    line = f"{name} = {written(cell.working, 3)}"
    value = numeral(cell.value, 3)
    return line if line.endswith(f"= {value}") else f"{line} = {value}"


def _scenes(
    network: Network,
    weights: Parameters,
    trace: Trace,
    after: Trace,
    x: FloatArray,
    label: int,
    names: Sequence[str],
    rate: float,
) -> list[_Scene]:
    last = len(network.layers) - 1
    scenes = [_Scene(_("Input: the example x, standardised"), column=0, values=x)]
    scenes += _forward(trace, weights, last)
    lost = trace.find(LOSS, None, "ℓ")
    scenes.append(
        _Scene(
            _("Loss: the example is of the class {name}", name=names[label]),
            _worked(lost, "L"),
            column=last + 1,
        )
    )
    for layer in range(last, -1, -1):
        scenes += _backward(trace, layer, last)
    scenes.append(
        _Scene(
            _("Update: every weight moves against its gradient, η = {rate:g}", rate=rate),
            _worked(_update_of(trace), "W₁₁"),
            kind=UPDATE,
        )
    )
    again: list[tuple[int, FloatArray, FloatArray | None]] = [(0, x, None)]
    for layer in range(last + 1):
        a = after.find(FORWARD, layer, "ŷ" if layer == last else "a")
        again.append((layer + 1, _numbers(a), _numbers(after.find(FORWARD, layer, "z"))))
    before, now = _loss(trace), _loss(after)
    scenes.append(
        _Scene(
            _("Forward once more, with the new weights"),
            str(_("L was {before:.3g}, and is {after:.3g}.", before=before, after=now)),
            column=last + 1,
            kind=UPDATE,
            again=tuple(again),
        )
    )
    return scenes


def _loss(trace: Trace) -> float:
    assert trace.loss is not None  # noqa: S101 — there was a target
    return trace.loss


def _update_of(trace: Trace) -> Step:
    return trace.find(UPDATE, 0, "W")


def _forward(trace: Trace, weights: Parameters, last: int) -> list[_Scene]:
    scenes = []
    for layer in range(last + 1):
        z = trace.find(FORWARD, layer, "z")
        a = trace.find(FORWARD, layer, "ŷ" if layer == last else "a")
        matrix = weights.by_layer[layer]["weight"]
        number = layer + 1
        scenes += [
            _Scene(
                _("Forward, layer {number}: {equation}", number=number, equation=z.equation),
                _worked(z, "z₁"),
                column=number,
                sums=_numbers(z),
                links=layer,
                sizes=matrix,
            ),
            _Scene(
                _("Forward, layer {number}: {equation}", number=number, equation=a.equation),
                _worked(a, "ŷ₁" if layer == last else "a₁"),
                column=number,
                values=_numbers(a),
            ),
        ]
    return scenes


def _backward(trace: Trace, layer: int, last: int) -> list[_Scene]:
    delta = trace.find(LOSS, None, "δ") if layer == last else trace.find(BACKWARD, layer, "δ")
    gradient = trace.find(BACKWARD, layer, "∂L/∂W")
    number = layer + 1
    return [
        _Scene(
            _("Backward, layer {number}: {equation}", number=number, equation=delta.equation),
            _worked(delta, "δ₁"),
            column=number,
            deltas=_numbers(delta),
            kind=BACKWARD,
        ),
        _Scene(
            _("Backward, layer {number}: {equation}", number=number, equation=gradient.equation),
            _worked(gradient, "∂L/∂W₁₁"),
            column=number,
            links=layer,
            sizes=gradient.array,
            kind=BACKWARD,
        ),
    ]
