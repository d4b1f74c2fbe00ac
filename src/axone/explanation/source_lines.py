"""The line of the reference engine that computed an array of a trace: its file, number and text.

Which line that is stands in tables here, as a piece of its text within the method it belongs to, so
that the number is looked up in the source as it is. A test runs every layer, loss and optimiser and
watches each line make the numbers that the trace shows.
"""

from collections.abc import Iterable, Iterator, Sequence

from axone.activations import ActivationFunction, Heaviside, Softmax
from axone.engines.reference import equations, stepwise
from axone.explanation.source_places import OF_CELLS, OF_OPTIMIZERS, Row
from axone.explanation.source_tables import OF_LAYERS
from axone.explanation.source_text import Place, SourceLine, lines_at
from axone.explanation.trace import BACKWARD, FORWARD, LOSS, UPDATE, Step, Trace
from axone.layers import Layer, PositionwiseDense, Recurrent, Residual
from axone.layers.cells import Cell
from axone.losses import CategoricalCrossEntropy, Head, Loss
from axone.network import Network
from axone.optimizers import Optimizer
from axone.penalties import Clipping, Penalty


def source_lines(
    network: Network,
    trace: Trace,
    *,
    loss: Loss | None = None,
    optimizer: Optimizer | None = None,
) -> dict[int, tuple[SourceLine, ...]]:
    """Find for every array of a trace the lines that computed it.

    Parameters
    ----------
    network : Network
        That the trace is of.
    trace : Trace
    loss, optimizer
        By which it was made, where it was by any.

    Returns
    -------
    dict
        By the number of the step in `trace.walk()`, the lines in the order in which they were run;
        () where nothing was computed, as of an input, or where nobody says.
    """
    body, activation = network.split_output()
    head = None if loss is None else Head(activation, loss)
    found: dict[int, tuple[SourceLine, ...]] = {}
    numbers = {id(step): number for number, step in enumerate(trace.walk())}
    for step, layer in _with_layers(trace.steps, body):
        lines: tuple[SourceLine, ...] = ()
        if step.array is None or not step.symbol:
            pass
        elif step.kind in (FORWARD, BACKWARD) and layer is not None:
            if step.symbol == "ŷ":
                lines = (*lines_at([(Head.predict, "return ")]), *value_lines(activation))
            else:
                lines = layer_lines(layer, step.kind, step.symbol, step.equation)
        elif step.kind == LOSS and head is not None:
            lines = loss_lines(head, step.symbol, trace.rows, step.equation)
        elif step.kind == UPDATE and optimizer is not None:
            lines = update_lines(optimizer, step.symbol, step.equation, step.name)
        found[numbers[id(step)]] = lines
    return found


def layer_lines(layer: Layer, kind: str, symbol: str, equation: str = "") -> tuple[SourceLine, ...]:
    """Return the lines of a layer that computed an array.

    Parameters
    ----------
    layer : Layer
    kind : {"forward", "backward"}
    symbol, equation : str
        As of a step; the equation tells apart what is done in training from what is at prediction.
    """
    if isinstance(layer, PositionwiseDense):
        layer = layer.dense
    symbol = symbol.removeprefix("←")
    if isinstance(layer, Recurrent) and isinstance(layer.cell, Cell):
        own = _of_class(OF_CELLS, layer.cell, (kind, symbol), equation)
        around = _of_class(OF_LAYERS, layer, (kind, symbol), equation)
        if not around and not own and symbol.startswith("∂L/∂"):
            around = _of_class(OF_LAYERS, layer, (kind, "∂L/∂…"), equation)
        return lines_at((*around, *own) if kind == BACKWARD else (*own, *around))
    places = _of_class(OF_LAYERS, layer, (kind, symbol), equation)
    if not places and symbol.startswith("∂L/∂"):
        places = _of_class(OF_LAYERS, layer, (kind, _group_of(symbol)), equation)
    if not getattr(layer, "bias", True):
        places = tuple(place for place in places if "z +=" not in place[1])
    return (*lines_at(places), *_of_function(layer, symbol))


def value_lines(function: ActivationFunction) -> tuple[SourceLine, ...]:
    """Return the line that computes σ(z)."""
    if isinstance(function, Softmax):
        return lines_at([(Softmax.value, "exponentials /= ")])
    if isinstance(function, Heaviside):
        return lines_at([(Heaviside.value, "fires = ")])
    return lines_at([(type(function).value, "")])


def slope_lines(function: ActivationFunction) -> tuple[SourceLine, ...]:
    """Return the lines that compute ∂L/∂z of ∂L/∂a, the last of them σ′ where that has its own."""
    kind = type(function)
    if kind.backward is ActivationFunction.backward:
        return lines_at([(kind.derivative, ""), (kind.backward, "")])
    return lines_at([(kind.backward, "")])


def loss_lines(
    head: Head, symbol: str, rows: int = 1, equation: str = ""
) -> tuple[SourceLine, ...]:
    """Return the lines that compute what a batch costs, and its δ."""
    places: list[Place] = []
    if symbol == "ℓ":
        places = [*_of_rows(head), (Head.rows, "")]
    elif symbol == "L":
        places = [(equations.mean_loss, "")]
        if "penalty" in equation:
            places.append((Penalty.value, ""))
    elif symbol == "∂ℓ/∂ŷ":
        places = _of_slopes(head.loss)
    elif symbol == "J":
        places = [(Softmax.jacobian, "")]
    elif symbol == "δ":
        return _delta_lines(head, rows, equation)
    return lines_at(places)


def _delta_lines(head: Head, rows: int, equation: str) -> tuple[SourceLine, ...]:
    around = head.is_matched and "∂ℓ/∂ŷ" in equation
    if around and isinstance(head.activation, Softmax):
        return lines_at([(Head.trace_jacobian, "product = np.einsum")])
    if around:  # the way that a matched pair spares, and a trace goes on request
        return slope_lines(head.activation)
    shares: list[Place] = []
    if rows > 1:
        shares = [(equations.Equations.backpropagate, "delta *= row_shares")]
    if head.is_matched:
        return lines_at([*_of_deltas(head), *shares])
    through: list[Place] = [(Head._row_deltas, "return self.activation.backward"), *shares]
    return (*slope_lines(head.activation), *lines_at(through))


def update_lines(
    optimizer: Optimizer, symbol: str, equation: str = "", name: str = ""
) -> tuple[SourceLine, ...]:
    """Return the lines that computed a gradient as the optimiser sees it, its memory, or W."""
    if symbol and symbol == name:  # a running average, which no gradient moves
        return lines_at([(equations.Equations.update_buffers, "arrays[name][...] = array")])
    if symbol.endswith(" decayed"):
        return lines_at([(stepwise.StepwiseSession._step, "parameters.vector *= ")])
    if symbol == "g penalised":
        terms = (("λ₂", "gradient += (self.l2"), ("λ₁", "gradient += (self.l1"))
        return lines_at((Penalty.add_gradient, piece) for sign, piece in terms if sign in equation)
    if symbol in _BEFORE_THE_RULE:
        return lines_at([_BEFORE_THE_RULE[symbol]])
    # A scale or a bias is written w or b in the place of W.
    weights = "W" if symbol in ("w", "b") else symbol
    return lines_at(_of_class(OF_OPTIMIZERS, optimizer, (UPDATE, weights), equation))


_BEFORE_THE_RULE: dict[str, Place] = {
    "g": (equations.Equations._backward, "views[name][...] = array"),
    "g cut": (Clipping.apply, "np.clip"),
    "g clipped": (Clipping.apply, "gradient *= "),
}
"""Where a gradient comes about that the optimiser is then given."""


def _with_layers(
    steps: Iterable[Step], body: Sequence[Layer]
) -> Iterator[tuple[Step, Layer | None]]:
    """Give every step of a tree with the layer that made it, also those within a residual block."""
    for step in steps:
        layer = None if step.layer is None else body[step.layer]
        yield from _below(step, layer)


def _below(step: Step, layer: Layer | None) -> Iterator[tuple[Step, Layer | None]]:
    yield step, layer
    within = _layers_within(step, layer)
    for number, child in enumerate(step.children):
        yield from _below(child, within[number] if within else layer)


def _layers_within(step: Step, layer: Layer | None) -> Sequence[Layer]:
    """Return the layers whose steps the children of a step are: none but of a branch of a block."""
    if not isinstance(layer, Residual) or not step.symbol:
        return ()
    within = {
        "F(x)": layer.layers,
        "∂F": layer.layers[::-1],
        "S(x)": layer.shortcut,
        "∂S": layer.shortcut[::-1],
    }.get(step.symbol, ())
    return within if len(within) == len(step.children) else ()


def _group_of(symbol: str) -> str:
    """Return what a gradient's row in a table is called, where that has one for several."""
    return "∂L/∂shortcut…" if symbol.startswith("∂L/∂shortcut.") else "∂L/∂…"


def _of_function(layer: Layer, symbol: str) -> tuple[SourceLine, ...]:
    """Return the lines of a layer's activation, where they take part."""
    function = getattr(layer, "function", None)
    if not isinstance(function, ActivationFunction):
        return ()
    if symbol == "a":
        return value_lines(function)
    if symbol == "δ":
        return slope_lines(function)
    if symbol.removeprefix("∂L/∂") in function.learned:
        return lines_at([(type(function).learned_gradients, "")])
    return ()


def _of_rows(head: Head) -> list[Place]:
    """Return where the losses of rows come about: with the logits where that is exact."""
    if not head.is_matched:
        return [(type(head.loss).rows, "")]
    return [(Head._rows, _PAIRS[type(head.loss).__name__][0])]


def _of_slopes(loss: Loss) -> list[Place]:
    """Return where ∂ℓ/∂ŷ comes about: of class numbers and of shares in different lines."""
    of_loss = type(loss).row_gradients
    if isinstance(loss, CategoricalCrossEntropy):
        return [(of_loss, "gradient[index, target] = "), (of_loss, "return -target")]
    return [(of_loss, "")]


def _of_deltas(head: Head) -> list[Place]:
    """Return where δ of a matched pair comes about."""
    return [(Head._row_deltas, _PAIRS[type(head.loss).__name__][1])]


_PAIRS = {
    "CategoricalCrossEntropy": ("return np.asarray(normaliser - pick", "delta[np.arange("),
    "BinaryCrossEntropy": ("return per_row(softplus", "return (prediction - target)"),
    "Poisson": ("return per_row(prediction", "return (prediction - target)"),
}
"""Of losses that meet an output activation which suits them: a line for ℓ, and one for δ."""


def _of_class(
    table: dict[type, dict[tuple[str, str], Row]],
    owner: object,
    key: tuple[str, str],
    equation: str,
) -> tuple[Place, ...]:
    """Return the places of a symbol by the class of what computed it, or by one it is made of.

    Where a symbol comes about in several ways, the row is a mapping from how its equation ends.
    """
    for kind in type(owner).__mro__:
        row = table.get(kind, {}).get(key)
        if row is None:
            continue
        if isinstance(row, dict):
            ending = next((each for each in row if each and equation.endswith(each)), "")
            row = row[ending]
        return tuple(row)
    return ()
