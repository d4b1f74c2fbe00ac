"""What writes the steps of a trace: layers, loss, update, from what they tell of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

import numpy as np

from axone.arrays import FloatArray
from axone.engines.reference.equations import mean_loss
from axone.explanation.trace import BACK, BACKWARD, FORWARD, LOSS, UPDATE, Cell, Step
from axone.explanation.updating import PENALISED, Rule, Stepped
from axone.layers import Layer
from axone.layers.sequence import LayerTrace
from axone.losses import Head
from axone.messages import Message, _
from axone.network import Network
from axone.parameters import Parameters, Slot
from axone.registry import name_of
from axone.summary import layer_title
from axone.traced import Index, Traced, Working, averaged, joined, products, reindexed

_FIRST_CELLS = 4
"""Of an array that is not worked out whole. None of an update is: its numbers all go one way."""


@dataclass(frozen=True)
class Author:
    """What writes steps: the network that they are of, and how much is worked out.

    Of the first `frozen` layers no update is written.
    """

    network: Network
    parameters: Parameters
    cells: int
    class_names: tuple[str, ...]
    frozen: int = 0

    def forward(
        self, passed: Sequence[LayerTrace], logits: FloatArray, prediction: FloatArray
    ) -> tuple[Step, ...]:
        """Write every layer's way forward; the output activation with the last."""
        steps = [self._layer(FORWARD, trace, trace.forward) for trace in passed[:-1]]
        *inner, last = passed[-1].forward
        function = self.network.split_output()[1]
        if self._output_activation:
            worked_at = partial(function.working, logits)
            ending = Traced("ŷ", f"ŷ = {function.value_equation}", prediction, worked_at)
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
        value = np.asarray([batch_loss(rows.array, weight) + penalty])
        parts = averaged(rows.array)
        equation = "L = Σ ℓ/m"
        if weight is not None:
            parts = ("(", *products(weight, rows.array), ")", *_over(weight))
            equation = "L = Σ w·ℓ/Σ w"
        elif m == 1:
            parts = (float(rows.array[0]),)
        if penalty:
            parts, equation = joined(parts, (penalty,)), _("{mean} + penalty", mean=equation)
        if m > 1 or penalty:
            total = Traced("L", equation, value, lambda index: parts)
            steps += self._steps(LOSS, None, (total,))
        if jacobian and (through := head.trace_jacobian(prediction, target)):
            aside = self._steps(LOSS, None, through)
            why = of_rows.equation
            title = _("Why {equation}, through the Jacobian", equation=why)
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
        steps = self._steps(UPDATE, None, stepped.aside)
        for slot in self.network.layout.slots:
            if not slot.spec.trainable:
                if not np.array_equal(before[slot.name], stepped.parameters[slot.name]):
                    steps.append(self._buffer(slot.name, before, stepped))
                continue
            if int(slot.name.partition(".")[0]) < self.frozen:
                continue
            steps.append(self._moved(slot, stepped))
        both = np.asarray([loss, loss_after])
        labels = (_("before"), _("after"))
        steps.append(
            Step(UPDATE, symbol="L", equation=_("L before and after"), array=both, labels=labels)
        )
        title = _("Update: {name}", name=name_of(rule.optimizer))
        return Step(UPDATE, title, children=tuple(steps))

    def _moved(self, slot: Slot, stepped: Stepped) -> Step:
        """Write what became of one array, and of what the optimiser remembers of it."""
        place = slice(slot.offset, slot.offset + slot.size)
        shape, position = slot.spec.shape, int(slot.name.partition(".")[0])
        named = slot.spec.name.rpartition(".")[2]
        letter = "W" if slot.spec.penalised else _LETTERS.get(named, named)
        children = []

        def in_the_vector(index: Index) -> Index:
            return (slot.offset + int(np.ravel_multi_index(index, shape)),)

        for step, old in zip(stepped.traced, stepped.before, strict=True):
            if step.symbol in PENALISED and not slot.spec.penalised:
                continue
            worked_at = reindexed(step.worked_at, in_the_vector)
            own = step._replace(array=step.array[place].reshape(shape), worked_at=worked_at)
            written = self._array(UPDATE, position, _called(own, letter))
            if old is not None:
                kept = old[place].reshape(shape).copy()
                written = replace(written, name=slot.name, before=kept)
            children.append(written)
        return Step(UPDATE, slot.name, position, slot.name, children=tuple(children))

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
            children[-1] = replace(children[-1], labels=labels)
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


_LETTERS = {"weight": "w", "bias": "b"}
"""Of arrays that are not penalised: the scales and shifts of a normalisation, and biases."""


def _called(step: Traced, letter: str) -> Traced:
    """Return a step of the update with the array's own letter in the place of W."""
    symbol, equation = (text.replace("W", letter) for text in (step.symbol, step.equation))
    return step._replace(symbol=symbol, equation=equation)


def _at_position(step: Traced, position: int) -> Traced:
    """Return what a step computed at one position: (m, length, units) → (m, units)."""

    def there(index: Index) -> Index:
        return (index[0], position, *index[1:])

    worked_at = reindexed(step.worked_at, there)
    return step._replace(array=step.array[:, position], worked_at=worked_at, positions=())


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
        return (*inner, "·", float(weight[index[0]]), *_over(weight))

    return Traced("δ", f"{symbol} = ({right}){shares}", delta, of_mean)


def _over(weight: FloatArray) -> Working:
    """Write the division by the sum of the weights; by nothing where no row counts."""
    total = float(weight.sum())
    return ("/", total) if total else ()


def batch_loss(losses: FloatArray, weight: FloatArray | None) -> float:
    """Return the mean of the rows' losses, each by its weight; 0 where no row counts."""
    return 0.0 if weight is not None and not weight.any() else mean_loss(losses, weight)


def _unravelled(number: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(place) for place in np.unravel_index(number, shape))
