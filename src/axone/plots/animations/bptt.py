"""A recurrent network unrolled: states forward through time, gradients back through it."""

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_choice, check_integer, check_number, check_seed
from axone.explanation import Trace, explain
from axone.explanation.numerals import numeral, written
from axone.explanation.trace import BACKWARD, FORWARD, LOSS, Step
from axone.layers import Recurrent, RNNCell
from axone.messages import Message, _
from axone.network import Network
from axone.plots.animations.animation import Animation
from axone.plots.animations.unrolled import Unrolled, UnrolledDiagram, draw_sizes
from axone.plots.style import add_note, house_style, new_figure
from axone.random import RandomStream

MOST_STEPS = 12

_INPUT_WEIGHT, _TARGET = 0.5, 1.0

_CONSTANT = 1.05
"""A factor of a step nearer to 1 than this makes gradients neither vanish nor explode."""


def animate_bptt(
    scale: float = 0.6, *, activation: str = "relu", steps: int = 10, seed: int = 0
) -> Animation:
    """Unroll hₜ = σ(W·xₜ + U·hₜ₋₁) over time, and send the gradient of the last state back.

    Backpropagation through time multiplies by U·σ′ at each step (Werbos 1990): with factors below 1
    gradients vanish, with factors above 1 they explode (Bengio, Simard & Frasconi 1994). One unit,
    W = 0.5, inputs between 0 and 1, L = (h[last] − 1)².

    Parameters
    ----------
    scale : float, default 0.6
        U, the weight from each state to the next: 0.1 to 3.
    activation : {"relu", "tanh"}, default "relu"
        With ReLU, whose slope is 1 here, the factor is U itself. The slope of tanh is below 1, and
        the smaller the larger the state: with it a large U makes gradients vanish too.
    steps : int, default 10
        3 to 12.
    seed : int, default 0
        Of the inputs.

    Returns
    -------
    Animation

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> from axone.plots import animate_bptt
    >>> animate_bptt(1.5).captions[-1].rpartition(": ")[0]
    'From the last time to the first ∂L/∂h became 38.4 times as large'
    """
    check_number("scale", scale, at_least=0.1, at_most=3)
    check_choice("activation", activation, ("relu", "tanh"))
    check_integer("steps", steps, at_least=3, at_most=MOST_STEPS)
    check_seed(seed)
    seen = unrolled(float(scale), activation, steps, seed)
    title = _(
        "Backpropagation through time: U = {scale:g}, {activation}",
        scale=scale,
        activation=activation,
    )
    with house_style():
        figure = new_figure(title, (8.0, 5.6))
        above, below = figure.subplots(2, 1, height_ratios=(1.15, 1))
        drawn = UnrolledDiagram(above, seen)
        dots = draw_sizes(below, seen)
        add_note(
            figure,
            _(
                "hₜ = {activation}(0.5·xₜ + U·hₜ₋₁), L = (h − 1)² at the last time.",
                activation=activation,
            ),
            _("Dashed arrows: as wide as |∂L/∂hₜ| beside the largest."),
        )
    backwards = np.arange(steps, 0, -1)
    sizes = np.abs(seen.gradients)

    def show(frame: int) -> None:
        # Forward, the loss, backward, and what it all comes to.
        made = min(frame + 1, steps)
        came_back = max(min(frame - steps, steps), 0)
        drawn.show(made, came_back, at_loss=frame >= steps)
        shown = backwards[:came_back]
        dots.set_data(shown, np.maximum(sizes[shown - 1], 1e-300))

    captions = _captions(seen)
    return Animation(title, figure, captions, show, seconds=0.6, hold=4.0)


def unrolled(scale: float, activation: str, steps: int, seed: int) -> Unrolled:
    """Send inputs through the layer and the gradient back, by the layer's own equations."""
    x = RandomStream.from_seed(seed).uniform((steps,))
    network = Network(Recurrent(RNNCell(1, activation), last=True), input_shape=(steps, 1))
    arrays = {
        "0.weight": [[_INPUT_WEIGHT]],
        "0.recurrent_weight": [[scale]],
        "0.bias": [0.0],
    }
    parameters = network.initialize(dtype="float64").replaced(arrays)
    trace = explain(network, parameters, x[:, None], _TARGET, loss="mse")
    states = _steps(trace, FORWARD, "h")
    h = _numbers(states)
    lost = trace.find(LOSS, None, "ℓ").cells[0]
    return Unrolled(
        scale,
        x,
        h,
        _numbers(_steps(trace, BACKWARD, "∂L/∂h"))[::-1],
        (h > 0).astype(np.float64) if activation == "relu" else 1 - h**2,
        tuple(written(state.cells[0].working, 3) for state in states),
        lost.value,
        written(lost.working, 3),
        float(_numbers(_steps(trace, BACKWARD, "∂L/∂recurrent_weight"))[0]),
    )


def _steps(trace: Trace, kind: str, symbol: str) -> list[Step]:
    return [step for step in trace.walk() if step.kind == kind and step.symbol == symbol]


def _numbers(steps: list[Step]) -> FloatArray:
    return np.array([float(np.ravel(step.array)[0]) for step in steps if step.array is not None])


def _captions(seen: Unrolled) -> tuple[str, ...]:
    steps = len(seen.x)
    captions = [
        _("Time {time}: h = {worked} = {value}.", time=time, worked=worked, value=numeral(h, 3))
        for time, worked, h in zip(range(1, steps + 1), seen.worked, seen.h.tolist(), strict=True)
    ]
    captions.append(
        _("The loss: L = {worked} = {value}.", worked=seen.worked_loss, value=numeral(seen.loss, 3))
    )
    for time in range(steps, 0, -1):
        value = numeral(float(seen.gradients[time - 1]), 3)
        if time == steps:
            captions.append(
                _("Back at time {time}: ∂L/∂h = 2·(h − 1) = {value}.", time=time, value=value)
            )
            continue
        slope, after = float(seen.slopes[time]), float(seen.gradients[time])
        captions.append(
            _(
                "Back at time {time}: ∂L/∂h = U·σ′·(∂L/∂h of time {after}) = {worked} = {value}.",
                time=time,
                after=time + 1,
                worked=written((seen.scale, "·", slope, "·", after), 3),
                value=value,
            )
        )
    return (*map(str, captions), str(verdict(seen)))


def verdict(seen: Unrolled) -> Message:
    """Say in words what became of the gradient, and what the weight learns.

    Parameters
    ----------
    seen : Unrolled

    Returns
    -------
    Message
    """
    first, last = abs(float(seen.gradients[0])), abs(float(seen.gradients[-1]))
    gradient = numeral(seen.of_weight, 3)
    if first == 0 or last == 0:
        return _(
            "No gradient comes to the first time. ∂L/∂U = Σ δₜ·hₜ₋₁ = {gradient}.",
            gradient=gradient,
        )
    factor = first / last
    even = _CONSTANT ** (len(seen.x) - 1)
    if factor < 1 / even:
        return _(
            "From the last time to the first ∂L/∂h became {factor:.3g} times smaller: it vanishes. "
            "∂L/∂U = Σ δₜ·hₜ₋₁ = {gradient}.",
            factor=1 / factor,
            gradient=gradient,
        )
    if factor > even:
        return _(
            "From the last time to the first ∂L/∂h became {factor:.3g} times as large: it "
            "explodes. ∂L/∂U = Σ δₜ·hₜ₋₁ = {gradient}.",
            factor=factor,
            gradient=gradient,
        )
    return _(
        "From the last time to the first ∂L/∂h stayed about the same. "
        "∂L/∂U = Σ δₜ·hₜ₋₁ = {gradient}.",
        gradient=gradient,
    )
