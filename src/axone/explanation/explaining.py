"""One example, or a mini-batch, through a network and back: the trace, from the layers' equations.

The passes are those of the reference engine, the loss is its head, the step its optimiser's own
code on copies. Nothing is computed here that they do not compute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from axone.activations import ActivationFunction
from axone.arrays import BoolArray, FloatArray
from axone.checks import check_integer, check_seed
from axone.data.examples import Examples
from axone.engines.reference.equations import row_shares
from axone.errors import ConfigurationError, ShapeError
from axone.explanation.author import Author, batch_loss
from axone.explanation.searching import Looked, searched
from axone.explanation.trace import INPUT, Step, Trace
from axone.explanation.updating import Learning, Rule, Stepped, updated
from axone.layers import Context, Layer, LayerArrays
from axone.layers.layer import AnyCache
from axone.layers.sequence import (
    LayerTrace,
    backward_through,
    forward_through,
    trace_through,
)
from axone.losses import LOSSES, Head, Loss, prepare_weights
from axone.messages import _
from axone.network import Network
from axone.optimizers import LBFGS, OPTIMIZERS, Optimizer
from axone.parameters import Parameters
from axone.penalties import Clipping, Penalty
from axone.random import NOISE, RandomStream

_MOST_CELLS = 16
"""Of an array of more numbers than that only the first few are worked out."""


def explain(
    network: Network,
    parameters: Parameters,
    x: Any,
    y: Any = None,
    *,
    loss: Loss | str | Mapping[str, Any] | None = None,
    optimizer: Optimizer | str | Mapping[str, Any] | None = None,
    sample_weight: Any = None,
    l1: float = 0.0,
    l2: float = 0.0,
    clip_value: float | None = None,
    clip_norm: float | None = None,
    frozen: int = 0,
    training: bool = False,
    seed: int = 0,
    step: int = 1,
    mask: Any = None,
    jacobian: bool = False,
    cells: int = _MOST_CELLS,
    feature_names: Sequence[str] = (),
    class_names: Sequence[str] = (),
) -> Trace:
    """Follow one example, or a mini-batch, through a network and back, with every number.

    Parameters
    ----------
    network : Network
    parameters : Parameters
        In whose precision all is computed; they are not changed.
    x : array of shape network.input_shape, or (m, *network.input_shape)
        One example or several, as the network takes them: already scaled.
    y : number or array of m targets, optional
        Class numbers, rows of probabilities, or numbers to predict. Without them the trace ends
        with the prediction.
    loss : str, mapping or Loss, optional
        What y is compared by; needed with y, and of no use without.
    optimizer : str, mapping or Optimizer, optional
        Whose step is shown, on copies. Without it the trace ends with the gradients. Of L-BFGS it
        is the first iteration, these being all rows: its direction, the lengths that its line
        search tried, and where that led; nothing is clipped.
    sample_weight : array of shape (m,), optional
        How much each row counts in the mean loss; all alike if left out.
    l1, l2, clip_value, clip_norm : float, optional
        Penalties and clipping, as of `Trainer`.
    frozen : int, default 0
        So many layers, the first ones, are not moved, run as at prediction and are not penalised;
        their gradients are shown all the same.
    training : bool, default False
        Whether the pass is one of training: dropout drops, noise is added, batch norm has the
        statistics of these rows.
    seed, step : int
        Which dropout masks and noise are drawn; `step` is also Adam's t.
    mask : array of bool, shape (m, length), optional
        Which positions of each row are there; all if left out.
    jacobian : bool, default False
        Whether δ is derived through the Jacobian of the output activation too: why it is ŷ − y.
    cells : int, default 16
        Arrays of at most so many numbers are worked out whole, of larger ones the first four.
    feature_names, class_names : sequence of str, optional
        What the numbers of an example, and the outputs, are called.

    Returns
    -------
    Trace
        A tree of steps with their arrays; `axone.explanation.as_text` and its neighbours render it.

    Raises
    ------
    ShapeError, DataError
        Parameters of another network; examples or targets that do not fit.
    ConfigurationError
        y without a loss, an optimiser without y, a loss that the output activation does not suit,
        or an optimiser of one's own that makes no step of one batch.

    Examples
    --------
    >>> import axone as ax
    >>> network = ax.Network(ax.Dense(1, "relu"), input_shape=2)
    >>> arrays = {"0.weight": [[0.2, 0.5]], "0.bias": [0.1]}
    >>> parameters = network.initialize(dtype="float64").replaced(arrays)
    >>> trace = ax.explain(network, parameters, [2, 3], 1, loss="mse", optimizer=ax.SGD(0.01))
    >>> trace.find("forward", 0, "z").cells[0].working
    (0.2, '·', 2.0, ' + ', 0.5, '·', 3.0, ' + ', 0.1)
    >>> trace.find("backward", 0, "∂L/∂W").array.tolist()
    [[4.0, 6.0]]
    >>> round(trace.loss, 9), round(trace.loss_after, 9)
    (1.0, 0.5184)
    """
    resolved = None if loss is None else LOSSES.resolve(loss)
    rule = None
    if optimizer is not None:
        rule = Rule(OPTIMIZERS.resolve(optimizer), Clipping(clip_value, clip_norm))
    _require_together(y, resolved, rule)
    penalty, manner = Penalty(l1, l2), Manner(training, seed, step, frozen, jacobian, cells)
    names = tuple(map(str, feature_names)), tuple(map(str, class_names))
    given = _rows(network, x)
    present = network.check_mask(mask, len(given))
    if y is None or resolved is None:
        return _predicted(_Pass.of(network, parameters, given, present, manner, *names))
    dtype = _dtype(parameters)
    target = _targets(resolved, network, y, len(given), dtype)
    weight = None
    if sample_weight is not None:
        weight = prepare_weights(sample_weight, len(given), dtype)
    batch = Examples(given, target, weight, present)
    return explain_step(network, parameters, batch, resolved, rule, penalty, manner, *names).trace


@dataclass(frozen=True)
class Manner:
    """How rows go through a network, and how much is told of it: settings of `explain`."""

    training: bool = False
    seed: int = 0
    step: int = 1
    frozen: int = 0
    jacobian: bool = False
    cells: int = _MOST_CELLS


@dataclass(frozen=True, eq=False)
class Explained:
    """A trace, and where the step led: None where none was made."""

    trace: Trace
    stepped: Stepped | None


def explain_step(
    network: Network,
    parameters: Parameters,
    batch: Examples,
    loss: Loss,
    rule: Rule | None,
    penalty: Penalty,
    manner: Manner,
    feature_names: tuple[str, ...] = (),
    class_names: tuple[str, ...] = (),
) -> Explained:
    """Return the trace of `explain`, and the state after the step, from which another follows.

    The rows are as a network learns them. Weights of theirs may all be 0, as in a batch of a run:
    then they teach nothing.
    """
    made = _Pass.of(network, parameters, batch.X, batch.mask, manner, feature_names, class_names)
    head, target, weight, rows = Head(made.activation, loss), batch.target, batch.weight, len(batch)
    learning = Learning.of(parameters, penalty, manner.frozen, rows)

    def look(own: Parameters) -> Looked:
        logits, caches = made.forward(own)
        prediction = head.predict(logits)
        deltas = head.row_deltas(logits, prediction, target)
        delta = deltas * row_shares(weight, deltas)
        value = batch_loss(head.rows(logits, prediction, target), weight) + learning.cost(own)
        return Looked(value, _gradient(made.body, own, caches, delta), caches, logits, delta)

    before = look(parameters)
    logits, delta, cost = before.logits, before.delta, learning.cost(parameters)
    author, passed, prediction = made.author, made.trace(delta), head.predict(logits)
    steps = (
        made.first,
        *author.forward(passed, logits, prediction),
        author.loss(head, logits, prediction, target, delta, weight, cost, manner.jacobian),
        *author.backward(passed),
    )
    if rule is None:
        return Explained(Trace(steps, rows, loss=before.loss), None)
    if isinstance(rule.optimizer, LBFGS):
        stepped, caches = searched(rule.optimizer, learning, parameters, look)
    else:
        stepped = updated(rule, learning, parameters, before.gradient, manner.step)
        caches = before.caches
    if manner.training:
        _take_averages(made.body, stepped.parameters, parameters, caches)
    after = look(stepped.parameters).loss
    steps = (*steps, author.update(rule, parameters, stepped, before.loss, after))
    return Explained(Trace(steps, rows, loss=before.loss, loss_after=after), stepped)


@dataclass(frozen=True, eq=False)
class _Pass:
    """Rows before a network, and who writes what becomes of them."""

    body: Sequence[Layer]
    activation: ActivationFunction
    parameters: Parameters
    examples: FloatArray
    context: Context
    frozen: int
    first: Step
    author: Author

    @classmethod
    def of(
        cls,
        network: Network,
        parameters: Parameters,
        X: FloatArray,
        mask: BoolArray | None,
        manner: Manner,
        feature_names: tuple[str, ...],
        class_names: tuple[str, ...],
    ) -> "_Pass":
        check_seed(manner.seed)
        check_integer("step", manner.step, at_least=1)
        check_integer("cells", manner.cells, at_least=1)
        check_integer("frozen", manner.frozen, at_least=0, at_most=len(network.layers))
        network.check_parameters(parameters)
        random = None
        if manner.training:
            random = RandomStream.from_seed(manner.seed).child(NOISE).child(manner.step)
        body, activation = network.split_output()
        return cls(
            body,
            activation,
            parameters,
            network.cast_examples(X, parameters.vector.dtype),
            Context(manner.training, random, mask),
            manner.frozen,
            Step(INPUT, _("Input"), symbol="x", array=X, labels=feature_names),
            Author(network, parameters, manner.cells, class_names, manner.frozen),
        )

    def forward(self, parameters: Parameters) -> tuple[FloatArray, list[AnyCache]]:
        """Return the logits of some parameters, and every layer's cache."""
        own = parameters.by_layer
        return forward_through(self.body, own, self.examples, self.context, self.frozen)

    def trace(self, delta: FloatArray | None = None) -> tuple[LayerTrace, ...]:
        """Return what every layer computes, and on the way back where δ is given."""
        own = self.parameters.by_layer
        return trace_through(self.body, own, self.examples, self.context, delta, self.frozen)


def _predicted(made: _Pass) -> Trace:
    """Return the trace of rows without targets, which ends with their prediction."""
    logits, _caches = made.forward(made.parameters)
    written = made.author.forward(made.trace(), logits, made.activation.value(logits))
    return Trace((made.first, *written), len(made.examples))


def _dtype(parameters: Parameters) -> Any:
    return str(parameters.vector.dtype)


def _rows(network: Network, x: Any) -> FloatArray:
    """Return examples as rows; one alone is a row of its own."""
    x = np.asarray(x)
    return network.check_examples(x[None] if x.shape == network.input_shape else x)


def _targets(loss: Loss, network: Network, y: Any, rows: int, dtype: str) -> FloatArray:
    y = np.asarray(y)
    if rows == 1 and (y.ndim == 0 or y.shape == network.output_shape != (1,)):
        y = y[None]
    target = loss.prepare(y, network.output_shape, dtype)
    if len(target) != rows or rows == 0:
        raise ShapeError(
            _(
                "A batch needs rows, and a target for each: there are {rows} rows in "
                "X and {targets} targets.",
                rows=rows,
                targets=len(target),
            )
        )
    return target


def _require_together(y: Any, loss: Any, rule: Rule | None) -> None:
    """Refuse what has no meaning without the other."""
    if y is not None and loss is None:
        raise ConfigurationError(
            _("y is compared with the prediction by a loss: give loss='mse' or another.")
        )
    if y is None and rule is not None:
        raise ConfigurationError(
            _("An optimiser's step needs a gradient, and that a target: give y and a loss.")
        )


def _gradient(
    body: Sequence[Layer], parameters: Parameters, caches: Sequence[AnyCache], delta: FloatArray
) -> Parameters:
    gradient = parameters.zeros_like()
    by_layer = backward_through(body, parameters.by_layer, caches, delta)[1]
    for views, gradients in zip(gradient.by_layer, by_layer, strict=True):
        for name, array in gradients.items():
            views[name][...] = array
    return gradient


def _take_averages(
    body: Sequence[Layer],
    after: Parameters,
    before: Parameters,
    caches: Sequence[AnyCache],
) -> None:
    """Let the layers with running averages take a batch of training into account."""
    for views, layer, arrays, cache in zip(
        after.by_layer, body, before.by_layer, caches, strict=True
    ):
        found: LayerArrays = layer.updated_buffers(arrays, cache)
        for name, array in found.items():
            views[name][...] = array
