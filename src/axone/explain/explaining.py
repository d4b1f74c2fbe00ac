"""One example, or a mini-batch, through a network and back: the trace, from the layers' equations.

The passes are those of the reference engine, the loss is its head, the step its optimiser's own
code on copies. Nothing is computed here that they do not compute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np

from axone.arrays import FloatArray
from axone.checks import check_integer, check_seed
from axone.engines.reference.equations import mean_loss, row_shares
from axone.errors import ConfigurationError, ShapeError
from axone.explain.trace import BACK, BACKWARD, FORWARD, INPUT, LOSS, UPDATE, Cell, Step, Trace
from axone.explain.updating import PENALISED, Rule, Stepped, updated
from axone.layers import Context, Layer, LayerArrays
from axone.layers.layer import AnyCache
from axone.layers.sequence import (
    LayerTrace,
    backward_through,
    forward_through,
    trace_through,
)
from axone.losses import LOSSES, Head, Loss, prepare_weights
from axone.messages import Message, _
from axone.network import Network
from axone.optimizers import OPTIMIZERS, Optimizer
from axone.parameters import Parameters
from axone.penalties import Clipping, Penalty
from axone.random import NOISE, RandomStream
from axone.registry import name_of
from axone.summary import layer_title
from axone.traced import Index, Traced, WorkedAt, Working, joined, products, summed

_MOST_CELLS, _FIRST_CELLS = 16, 4
"""Of an array of more numbers than the one only the first few are worked out, and so of every array
of an update: its numbers all go the same way."""


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
        Whose step is shown, on copies. Without it the trace ends with the gradients.
    sample_weight : array of shape (m,), optional
        How much each row counts in the mean loss; all alike if left out.
    l1, l2, clip_value, clip_norm : float, optional
        Penalties and clipping, as of `Trainer`.
    frozen : int, default 0
        So many layers, the first ones, are not moved; their gradients are shown all the same.
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
        A tree of steps with their arrays; `axone.explain.as_text` and its neighbours render it.

    Raises
    ------
    ShapeError, DataError
        Parameters of another network; examples or targets that do not fit.
    ConfigurationError
        y without a loss, an optimiser without y, a loss that the output activation does not suit,
        or an optimiser that makes no step of one batch (L-BFGS).

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
    return explain_step(
        network,
        parameters,
        x,
        y,
        loss=loss,
        rule=None
        if optimizer is None
        else Rule(
            OPTIMIZERS.resolve(optimizer),
            Penalty(l1, l2),
            Clipping(clip_value, clip_norm),
            frozen=frozen,
        ),
        penalty=Penalty(l1, l2),
        sample_weight=sample_weight,
        training=training,
        seed=seed,
        step=step,
        mask=mask,
        jacobian=jacobian,
        cells=cells,
        feature_names=feature_names,
        class_names=class_names,
    ).trace


@dataclass(frozen=True, eq=False)
class Explained:
    """A trace, and where the step led: None where none was made."""

    trace: Trace
    stepped: Stepped | None


def explain_step(
    network: Network,
    parameters: Parameters,
    x: Any,
    y: Any,
    *,
    loss: Loss | str | Mapping[str, Any] | None,
    rule: Rule | None,
    penalty: Penalty,
    training: bool,
    seed: int,
    step: int,
    sample_weight: Any = None,
    mask: Any = None,
    jacobian: bool = False,
    cells: int = _MOST_CELLS,
    feature_names: Sequence[str] = (),
    class_names: Sequence[str] = (),
) -> Explained:
    """Return the trace of `explain`, and the state after the step, from which another follows."""
    check_seed(seed)
    check_integer("step", step, at_least=1)
    check_integer("cells", cells, at_least=1)
    if rule is not None:
        check_integer("frozen", rule.frozen, at_least=0, at_most=len(network.layers))
    _require_together(y, loss, rule)
    network.check_parameters(parameters)
    given = _rows(network, x)
    examples = network.cast_examples(given, parameters.vector.dtype)
    present = network.check_mask(mask, len(examples))
    random = RandomStream.from_seed(seed).child(NOISE).child(step) if training else None
    context = Context(training, random, present)
    author = _Author(network, parameters, cells, tuple(map(str, class_names)))
    body, activation = network.split_output()
    logits, caches = forward_through(body, parameters.by_layer, examples, context)
    first = Step(INPUT, _("Input"), symbol="x", array=given, labels=tuple(map(str, feature_names)))
    if y is None:
        prediction = activation.value(logits)
        passed = trace_through(body, parameters.by_layer, examples, context)
        steps = (first, *author.forward(passed, logits, prediction))
        return Explained(Trace(steps, len(examples)), None)
    assert loss is not None  # noqa: S101 — `_require_together`
    resolved = LOSSES.resolve(loss)
    head = Head(activation, resolved)
    target = _targets(resolved, network, y, len(examples), str(parameters.vector.dtype))
    prediction = head.predict(logits)
    deltas = head.row_deltas(logits, prediction, target)
    weight = None
    if sample_weight is not None:
        weight = prepare_weights(sample_weight, len(examples), _dtype(parameters))
    delta = deltas * row_shares(weight, deltas)
    passed = trace_through(body, parameters.by_layer, examples, context, delta)
    gradient = _gradient(body, parameters, caches, delta)
    value = mean_loss(head.rows(logits, prediction, target), weight)
    penalised = network.layout.penalised_mask(_dtype(parameters))
    cost = penalty.value(parameters.vector, penalised, len(examples)) if penalty else 0.0
    steps = (
        first,
        *author.forward(passed, logits, prediction),
        author.loss(head, logits, prediction, target, delta, weight, cost, jacobian),
        *author.backward(passed),
    )
    if rule is None:
        return Explained(Trace(steps, len(examples), loss=value + cost), None)
    stepped = updated(rule, network, parameters, gradient, len(examples), step)
    _take_averages(body, stepped.parameters, parameters, caches, training)
    logits_after, _caches = forward_through(body, stepped.parameters.by_layer, examples, context)
    rows_after = head.rows(logits_after, head.predict(logits_after), target)
    after = mean_loss(rows_after, weight)
    if penalty:
        after += penalty.value(stepped.parameters.vector, penalised, len(examples))
    steps = (*steps, author.update(rule, parameters, stepped, value + cost, after))
    return Explained(Trace(steps, len(examples), loss=value + cost, loss_after=after), stepped)


@dataclass(frozen=True)
class _Author:
    """What writes steps: the network that they are of, and how much is worked out."""

    network: Network
    parameters: Parameters
    cells: int
    class_names: tuple[str, ...]

    def forward(
        self, passed: Sequence[LayerTrace], logits: FloatArray, prediction: FloatArray
    ) -> tuple[Step, ...]:
        """Write every layer's way forward; the output activation with the last."""
        steps = [self._layer(FORWARD, trace, trace.forward) for trace in passed[:-1]]
        *inner, last = passed[-1].forward
        function = self.network.split_output()[1]
        if self._output_activation:
            word = name_of(function)
            worked_at = partial(function.working, logits)
            ending = Traced("ŷ", f"ŷ = {word}(z)", prediction, worked_at)
            if last.symbol != "a":
                inner.append(last)
        else:
            ending = last
        steps.append(self._layer(FORWARD, passed[-1], (*inner, ending), self.class_names))
        return tuple(steps)

    @property
    def _output_activation(self) -> bool:
        """Whether the loss took the activation over, which then is no more the last layer's."""
        return name_of(self.network.split_output()[1]) != "identity"

    def loss(
        self,
        head: Head,
        logits: FloatArray,
        prediction: FloatArray,
        target: FloatArray,
        delta: FloatArray,
        weight: FloatArray | None,
        penalty: float,
        jacobian: bool,
    ) -> Step:
        """Write what every row costs, their mean, and δ."""
        rows, *between, of_rows = head.trace(logits, prediction, target)
        m = len(rows.array)
        names = ()
        if target.dtype.kind in "iu" and len(self.class_names) == prediction.shape[1]:
            names = tuple(self.class_names[label] for label in target)
        wanted = Step(LOSS, symbol="y", array=target, labels=names)
        steps = [wanted, *self._steps(LOSS, None, (rows,))]
        mean = np.asarray([mean_loss(rows.array, weight) + penalty])
        parts: Working = ("(", *summed(rows.array), ")/", float(m))
        equation = "L = Σ ℓ/m"
        if weight is not None:
            parts = ("(", *products(weight, rows.array), ")/", float(weight.sum()))
            equation = "L = Σ w·ℓ/Σ w"
        elif m == 1:
            parts = (float(rows.array[0]),)
        if penalty:
            parts, equation = joined(parts, (penalty,)), _("{mean} + penalty", mean=equation)
        if m > 1 or penalty:
            total = Traced("L", equation, mean, lambda index: parts)
            steps += self._steps(LOSS, None, (total,))
        if jacobian and (through := head.trace_jacobian(prediction, target)):
            aside = self._steps(LOSS, None, through)
            title = _("Why δ = ŷ − y, through the Jacobian")
            steps.append(Step(LOSS, title, children=tuple(aside)))
        steps += self._steps(LOSS, None, between)
        steps += self._steps(LOSS, None, (_of_mean(of_rows, delta, weight),))
        title = _("Loss: {name}", name=name_of(head.loss))
        return Step(LOSS, title, children=tuple(steps))

    def backward(self, passed: Sequence[LayerTrace]) -> tuple[Step, ...]:
        """Write every layer's way back, from the last to the first."""
        steps = []
        for trace in reversed(passed):
            traced = trace.backward
            if trace is passed[-1] and self._output_activation:
                # Its δ is that of the loss, which took the activation over.
                traced = tuple(step for step in traced if step.symbol != "δ")
            steps.append(self._layer(BACKWARD, trace, traced))
        return tuple(steps)

    def update(
        self, rule: Rule, before: Parameters, stepped: Stepped, loss: float, loss_after: float
    ) -> Step:
        """Write the step of the optimiser, array by array, and the loss before and after."""
        steps = []
        for slot in self.network.layout.slots:
            if not slot.spec.trainable:
                if not np.array_equal(before[slot.name], stepped.parameters[slot.name]):
                    steps.append(self._buffer(slot.name, before, stepped))
                continue
            if int(slot.name.partition(".")[0]) < rule.frozen:
                continue
            place = slice(slot.offset, slot.offset + slot.size)
            shape = slot.spec.shape
            traced = tuple(
                step._replace(
                    array=step.array[place].reshape(shape),
                    worked_at=_flat(step.worked_at, slot.offset, shape),
                )
                for step in stepped.traced
            )
            position = int(slot.name.partition(".")[0])
            named = slot.spec.name.rpartition(".")[2]
            letter = "W" if slot.spec.penalised else _LETTERS.get(named, named)
            own = (step for step in traced if slot.spec.penalised or step.symbol not in PENALISED)
            children = self._steps(UPDATE, position, [_called(step, letter) for step in own])
            *moments, weights = children
            moved = Step(
                UPDATE,
                layer=position,
                name=slot.name,
                symbol=weights.symbol,
                equation=weights.equation,
                array=weights.array,
                before=before[slot.name].copy(),
                cells=weights.cells,
            )
            steps.append(Step(UPDATE, slot.name, position, slot.name, children=(*moments, moved)))
        both = np.asarray([loss, loss_after])
        labels = (_("before"), _("after"))
        steps.append(
            Step(UPDATE, symbol="L", equation=_("L before and after"), array=both, labels=labels)
        )
        title = _("Update: {name}", name=name_of(rule.optimizer))
        return Step(UPDATE, title, children=tuple(steps))

    def _buffer(self, name: str, before: Parameters, stepped: Stepped) -> Step:
        array, old = stepped.parameters[name].copy(), before[name].copy()
        position = int(name.partition(".")[0])
        moved = Step(UPDATE, layer=position, name=name, symbol=name, array=array, before=old)
        return Step(UPDATE, name, position, name, children=(moved,))

    def _layer(
        self,
        kind: str,
        trace: LayerTrace,
        traced: Sequence[Traced],
        labels: tuple[str, ...] = (),
    ) -> Step:
        position = trace.position
        layer, name = self.network.layers[position], self.network.layer_names[position]
        children = self._steps(kind, position, traced)
        if labels and children and children[-1].array is not None:
            last = children[-1]
            children[-1] = _labelled(last, labels)
        title = _title(position, layer, name)
        return Step(kind, title, position, name, children=tuple(children))

    def _steps(self, kind: str, layer: int | None, traced: Sequence[Traced]) -> list[Step]:
        """Write arrays; those that were made position by position below their positions."""
        steps = []
        for positions, together in groupby(traced, key=lambda step: step.positions):
            alike = list(together)
            if not positions:
                steps += [self._array(kind, layer, step) for step in alike]
                continue
            for position in positions:
                children = tuple(
                    self._array(kind, layer, _at_position(step, position)) for step in alike
                )
                title = _("position {number}", number=position + 1)
                if alike[0].symbol.startswith(BACK):
                    title = _("position {number} ←", number=position + 1)
                steps.append(Step(kind, title, layer, children=children))
        return steps

    def _array(self, kind: str, layer: int | None, step: Traced) -> Step:
        return Step(
            kind,
            layer=layer,
            symbol=step.symbol,
            equation=step.equation,
            array=np.array(step.array),
            cells=self._cells(step, kind == UPDATE),
            children=tuple(
                Step(
                    kind,
                    _title(inner.position, inner.layer, ""),
                    layer,
                    children=tuple(self._steps(kind, layer, way)),
                )
                for inner in (step.layers if kind == FORWARD else step.layers[::-1])
                for way in [inner.forward if kind == FORWARD else inner.backward]
            ),
        )

    def _cells(self, step: Traced, alike: bool) -> tuple[Cell, ...]:
        worked_at, array = step.worked_at, step.array
        if worked_at is None:
            return ()
        whole = array.size <= self.cells and not alike
        shown = array.size if whole else min(array.size, _FIRST_CELLS, self.cells)
        places = [_unravelled(number, array.shape) for number in range(shown)]
        workings = [(place, worked_at(place)) for place in places]
        return tuple(
            Cell(place, working, float(array[place])) for place, working in workings if working
        )


def _title(position: int, layer: Layer, name: str) -> Message:
    if name:
        return _("{position} {name}: {kind}", position=position, name=name, kind=layer_title(layer))
    return _("{position} {kind}", position=position, kind=layer_title(layer))


def _labelled(step: Step, labels: tuple[str, ...]) -> Step:
    return Step(
        step.kind,
        layer=step.layer,
        symbol=step.symbol,
        equation=step.equation,
        array=step.array,
        cells=step.cells,
        labels=labels,
    )


_LETTERS = {"weight": "w", "bias": "b"}
"""Of arrays that are not penalised: the scales and shifts of a normalisation, and biases."""


def _called(step: Traced, letter: str) -> Traced:
    """Return a step of the update with the array's own letter in the place of W."""
    symbol, equation = (text.replace("W", letter) for text in (step.symbol, step.equation))
    return step._replace(symbol=symbol, equation=equation)


def _at_position(step: Traced, position: int) -> Traced:
    """Return what a step computed at one position: (m, length, units) → (m, units)."""
    worked_at = step.worked_at

    def there(index: Index) -> Working:
        assert worked_at is not None  # noqa: S101 — asked for only where there is one
        return worked_at((index[0], position, *index[1:]))

    array = step.array[:, position]
    return step._replace(array=array, worked_at=worked_at and there, positions=())


def _flat(worked_at: WorkedAt | None, offset: int, shape: tuple[int, ...]) -> WorkedAt | None:
    """Return the workings of a flat vector for one of the arrays that lie in it."""
    if worked_at is None:
        return None

    def of_cell(index: Index) -> Working:
        return worked_at((offset + int(np.ravel_multi_index(index, shape)),))

    return of_cell


def _of_mean(own: Traced, delta: FloatArray, weight: FloatArray | None) -> Traced:
    """Return the δ of rows' own losses as that of the mean of them."""
    rows, worked_at = len(delta), own.worked_at
    if rows == 1:
        return own._replace(array=delta)
    symbol, _equals, right = own.equation.partition(" = ")
    shares = "/m" if weight is None else "·w/Σ w"

    def of_mean(index: Index) -> Working:
        assert worked_at is not None  # noqa: S101 — a head's always is
        inner = ("(", *worked_at(index), ")")
        if weight is None:
            return (*inner, "/", float(rows))
        return (*inner, "·", float(weight[index[0]]), "/", float(weight.sum()))

    return Traced("δ", f"{symbol} = ({right}){shares}", delta, of_mean)


def _unravelled(number: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(place) for place in np.unravel_index(number, shape))


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
    training: bool,
) -> None:
    """Let the layers with running averages take a batch of training into account."""
    if not training:
        return
    for views, layer, arrays, cache in zip(
        after.by_layer, body, before.by_layer, caches, strict=True
    ):
        found: LayerArrays = layer.updated_buffers(arrays, cache)
        for name, array in found.items():
            views[name][...] = array
