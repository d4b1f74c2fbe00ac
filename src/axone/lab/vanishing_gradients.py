"""Gradients by layer at the first step: where they vanish, where they explode, and with what."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import numpy as np

from axone.arrays import FloatArray
from axone.gradients import loss_and_gradient
from axone.lab.knobs import Knob, Seed, experiment
from axone.lab.observation import Column, Observation
from axone.lab.pictures.labelled_lines import Line, draw_lines
from axone.lab.training_runs import finite
from axone.layers import Dense
from axone.messages import Message, _, formatted, listed
from axone.network import Network
from axone.parameters import Parameters
from axone.plots.style import add_note, dress, house_style, new_figure
from axone.random import GENERATE, RandomStream

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ACTIVATIONS = (
    "identity",
    "sigmoid",
    "tanh",
    "softplus",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "swish",
)
_SUITED = "suited"
_INITIALIZERS = (_SUITED, "glorot_normal", "he_normal", "lecun_normal", "orthogonal")

_ROWS = 128

_STEEPEST = 0.25
"""σ′(0), the largest slope that a sigmoid has."""

_VANISHED = 0.01
"""Of the norm in the last hidden layer: with less, a layer hardly learns while that one does."""

_EXPLODED = 100.0
"""A norm: a step at the rate 0.01 moves the weights by more than 1."""


@experiment
def vanishing_gradients(
    *,
    activations: Annotated[
        tuple[str, ...], Knob(_("Activations of hidden layers."), choices=_ACTIVATIONS, most=5)
    ] = ("sigmoid", "tanh", "relu"),
    depth: Annotated[int, Knob(_("Hidden layers."), at_least=2, at_most=50)] = 10,
    width: Annotated[int, Knob(_("Units of each layer."), at_least=2, at_most=256)] = 32,
    scale: Annotated[
        float, Knob(_("Multiplies the initial weights."), at_least=0.01, at_most=20)
    ] = 1.0,
    initializer: Annotated[
        str, Knob(_("How initial weights are drawn."), choices=_INITIALIZERS)
    ] = _SUITED,
    seed: Seed = 42,
) -> Observation:
    """Measure ‖∂L/∂W‖ of every hidden layer before the first step, for several activations.

    Backpropagation multiplies by σ′ and by the weights in every layer (Hochreiter 1991; Bengio,
    Simard & Frasconi 1994). The slope of a sigmoid is at most 0.25, so that of k sigmoids with
    weights of 1 at most 0.25ᵏ is left. One batch of 128 standard normal rows goes through each
    network, two classes, cross-entropy; nothing is trained.

    Parameters
    ----------
    activations : tuple of 1 to 5 str, default ("sigmoid", "tanh", "relu")
    depth : int, default 10
        Hidden layers, all of one width, behind as many features.
    width : int, default 32
    scale : float, default 1
        Above 1 gradients grow from layer to layer, until they explode.
    initializer : str, default "suited"
        "suited" is what the library takes: He's for the ReLU family, LeCun's for SELU, Glorot's
        for the others.
    seed : int, default 42
        Decides weights and rows.

    Returns
    -------
    Observation
        A row a hidden layer, the last one first, as backpropagation goes: `layer`, `passed` (how
        many activations lie between it and the output), `sigmoid_at_best` (0.25 to that power),
        and of each activation `norm_…`, None where it overflows.

    Raises
    ------
    ConfigurationError, ArgumentTypeError
        A setting out of bounds.

    Examples
    --------
    >>> import axone as ax
    >>> seen = ax.lab.vanishing_gradients(depth=4, activations="sigmoid")
    >>> seen.column("sigmoid_at_best")
    [0.25, 0.0625, 0.015625, 0.00390625]
    """
    names = tuple(dict.fromkeys(activations))
    norms = {name: gradient_norms(name, depth, width, scale, initializer, seed) for name in names}
    best = [_STEEPEST**passed for passed in range(1, depth + 1)]
    rows = tuple(
        (depth - at, at + 1, best[at], *(finite(norms[name][depth - 1 - at]) for name in names))
        for at in range(depth)
    )

    def draw() -> "Figure":
        return _draw(norms)

    return Observation(
        name="vanishing-gradients",
        title=_("Gradients by layer, before the first step: where they vanish"),
        columns=(
            Column("layer", _("layer")),
            Column("passed", _("k")),
            Column("sigmoid_at_best", _("0.25^k"), ".6g"),
            *(
                Column(f"norm_{name}", _("norm, {activation}", activation=name), ".3g")
                for name in names
            ),
        ),
        rows=rows,
        sentences=(_best_case(depth), _ratios(norms), _verdict(norms)),
        settings={
            "activations": activations,
            "depth": depth,
            "width": width,
            "scale": scale,
            "initializer": initializer,
            "seed": seed,
        },
        draw=draw,
    )


def gradient_norms(
    activation: str, depth: int, width: int, scale: float, initializer: str, seed: int
) -> FloatArray:
    """Return ‖∂L/∂W‖ of each hidden layer, of one batch, with the initial weights.

    Parameters
    ----------
    activation : str
    depth, width : int
    scale : float
        Multiplies all weights.
    initializer : str
    seed : int

    Returns
    -------
    array of shape (depth,)
        From the first layer to the last; what overflows is not finite.
    """
    drawn = None if initializer == _SUITED else initializer
    hidden = [Dense(width, activation, initializer=drawn) for _layer in range(depth)]
    network = Network(*hidden, Dense(2, "softmax"), input_shape=width)
    begun = network.initialize(seed, "float64")
    X = RandomStream.from_seed(seed).child(GENERATE).normal((_ROWS, width))
    with np.errstate(over="ignore", invalid="ignore"):
        _loss, gradient = loss_and_gradient(
            network,
            Parameters(network.layout, scale * begun.vector),
            X,
            (X[:, 0] > 0).astype(int),
            loss="cce",
        )
        return np.array([np.linalg.norm(gradient[f"{layer}.weight"]) for layer in range(depth)])


def _ratio(norms: FloatArray) -> float | None:
    """Return the first layer's norm over the last one's; None where it cannot be told."""
    if not np.isfinite(norms[[0, -1]]).all() or norms[-1] == 0:
        return None
    return float(norms[0] / norms[-1])


def _best_case(depth: int) -> Message:
    return _(
        "The slope of a sigmoid is at most 0.25, so that with weights of 1 at most 0.25^{depth} = "
        "{left:.3g} of a gradient passes a chain of {depth} of them.",
        depth=depth,
        left=_STEEPEST**depth,
    )


def _ratios(norms: Mapping[str, FloatArray]) -> Message:
    told = []
    for name, of_layers in norms.items():
        ratio = _ratio(of_layers)
        left = _("undefined") if ratio is None else formatted(ratio, ".3g")
        told.append(_("{activation}: {ratio}", activation=name, ratio=left))
    return _(
        "The norm of ∂L/∂W in the first layer, over that in the last hidden layer, is {ratios}.",
        ratios=listed(told),
    )


def _verdict(norms: Mapping[str, FloatArray]) -> Message:
    nobody = _("none")
    vanish = [name for name, each in norms.items() if _vanishes(each)]
    explode = [name for name, each in norms.items() if not (each <= _EXPLODED).all()]
    return _(
        "Of the norm in the last hidden layer less than a hundredth is left in the first with: "
        "{vanish}. In some layer it is above {limit:g}, or overflows, with: {explode}.",
        vanish=listed(vanish) or nobody,
        explode=listed(explode) or nobody,
        limit=_EXPLODED,
    )


def _vanishes(norms: FloatArray) -> bool:
    """Whether next to nothing arrives at the first layer, or nothing at all."""
    ratio = _ratio(norms)
    return bool(norms[0] == 0) if ratio is None else ratio < _VANISHED


def _draw(norms: Mapping[str, FloatArray]) -> "Figure":
    depth = len(next(iter(norms.values())))
    with house_style():
        figure = new_figure(_("Gradient of each layer, before the first step"))
        axes = figure.subplots()
        dress(axes)
        best = _STEEPEST ** np.arange(depth, 0, -1, dtype=np.float64)
        lines = [Line(_named(name, each), each) for name, each in norms.items()]
        draw_lines(axes, [*lines, Line(_("0.25^k"), best, reference=True)], log=True)
        axes.set_xlabel(_("hidden layer, from the input to the output"))
        axes.set_ylabel(_("‖∂L/∂W‖"))
        add_note(
            figure,
            _("×: the norm in the first layer over that in the last."),
            _("0.25^k: what k sigmoids leave at best, where weights are 1."),
            _("What is 0 or overflows is not drawn."),
        )
    return figure


def _named(name: str, norms: FloatArray) -> Message | str:
    ratio = _ratio(norms)
    return name if ratio is None else _("{name}: ×{ratio:.3g}", name=name, ratio=ratio)
