"""The lines of source that are shown beside a trace: run under a watch, they make its numbers.

The oracle is the interpreter: while the pass runs, each of the lines that were found is watched,
what the names around it hold before it and after it, or what it returns. The numbers of the trace
must come up there.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from tests.explanation.test_explaining import LOSSES_OF, deep
from tests.layers.test_every_layer import ROWS, inputs

import axone as ax
from axone.activations import ACTIVATIONS
from axone.explanation.source_lines import (
    layer_lines,
    loss_lines,
    slope_lines,
    source_lines,
    update_lines,
    value_lines,
)
from axone.explanation.source_places import OF_CELLS, OF_OPTIMIZERS
from axone.explanation.source_tables import OF_LAYERS
from axone.layers import LAYERS, Context
from axone.layers.sequence import trace_through
from axone.lbfgs import Minimisation
from axone.losses import LOSSES, Head
from axone.optimizers import OPTIMIZERS
from axone.random import RandomStream

PACKAGE = Path(ax.__file__).resolve().parent

ELSEWHERE = {
    "g": "the gradients of layers gathered in one vector: a trace gathers them itself",
    "W decayed": "an optimiser's own code does not decay: the engine does, and the trace likewise",
    "α": "lengths come from a line search of many lines",
    "L(α)": "likewise",
    "L": "the mean loss, and the same again after the step",
}
"""Symbols of updates of which no line is watched, and why."""


def statement_at(file, line, cache={}):  # noqa: B006 — a cache
    """The first and last line of the innermost statement around a line."""
    if file not in cache:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
        cache[file] = [
            (node.lineno, node.end_lineno) for node in ast.walk(tree) if isinstance(node, ast.stmt)
        ]
    around = [each for each in cache[file] if each[0] <= line <= each[1]]
    return min(around, key=lambda each: each[1] - each[0])


def copied(value, depth=0):
    """A value as it is now: what is changed in place later stays as it was."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, Mapping) and depth < 3:
        return {key: copied(each, depth + 1) for key, each in value.items()}
    if isinstance(value, tuple | list) and depth < 3:
        return [copied(each, depth + 1) for each in value]
    if isinstance(value, Minimisation):
        return {"weights": value.weights.copy()}
    return value if isinstance(value, float | int) else None


@contextmanager
def watched(lines):
    """What was there before and after every run of each line: {line: [(before, after), …]}."""
    seen = defaultdict(list)
    by_file = defaultdict(set)
    for line in lines:
        by_file[str(PACKAGE / line.file)].add(line)

    def local(frame, event, argument, pending={}):  # noqa: B006 — by frame
        key = id(frame)
        if key in pending:
            line, (first, last), before = pending[key]
            inside = event == "line" and first <= frame.f_lineno <= last
            if event in ("line", "return") and not inside:
                after = copied(frame.f_locals)
                if event == "return":
                    after = {**after, "return": copied(argument)}
                for each in line:
                    seen[each].append((before, after))
                del pending[key]
        if event == "line":
            file = frame.f_code.co_filename
            here = [each for each in by_file[file] if each.line == frame.f_lineno]
            if here:
                statement = statement_at(file, frame.f_lineno)
                if key in pending:
                    here = [*pending[key][0], *(h for h in here if h not in pending[key][0])]
                    pending[key] = (here, *pending[key][1:])
                else:
                    pending[key] = (here, statement, copied(frame.f_locals))
        return local

    def enter(frame, event, argument):
        return local if frame.f_code.co_filename in by_file else None

    old = sys.gettrace()
    sys.settrace(enter)
    try:
        yield seen
    finally:
        sys.settrace(old)


def named_arrays(value, name=""):
    """Every array within a value, by the way to it."""
    if isinstance(value, np.ndarray | float):
        yield name, np.asarray(value)
    elif isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from named_arrays(each, f"{name}.{key}")


def arrays_in(value):
    return [array for _name, array in named_arrays(value)]


def is_among(array, runs):
    """Whether an array is there after one of the runs of a line, or made of all runs' together."""
    afters = [dict(named_arrays(after)) for _before, after in runs]
    if any(alike(found, array) for after in afters for found in after.values()):
        return True
    in_all = set.intersection(*(set(after) for after in afters)) if afters else set()
    for name in in_all:
        at_each = [after[name] for after in afters]
        # A trace may go the way more than once, and in both directions: each in turn.
        if len({each.shape for each in at_each}) == 1 and any(
            alike(np.stack(part[::order], axis), array)
            for part in parts_of(at_each, array.shape[1] if array.ndim > 2 else len(at_each))
            for order in (1, -1)
            for axis in range(at_each[0].ndim + 1)
        ):
            return True
    return False


def parts_of(runs, length):
    """Every pass over so many positions, of runs that are nothing but passes."""
    return [runs[first : first + length] for first in range(0, len(runs), length)]


def alike(found, array):
    """Whether these are the same numbers, whichever way they are laid out."""
    if found.size != array.size or found.dtype.kind not in "fiub":
        return False
    if np.allclose(found.ravel(), array.ravel(), rtol=1e-9, atol=1e-12, equal_nan=True):
        return True
    swapped = found.ndim > 2 and found.shape != array.shape
    return bool(
        swapped
        and any(
            np.allclose(np.moveaxis(found, axis, 0).ravel(), array.ravel(), rtol=1e-9)
            for axis in range(1, found.ndim)
        )
    )


def was_there_before(array, runs):
    return any(alike(found, array) for before, _ in runs[:1] for found in arrays_in(before))


def arrays_of(layer, input_shape):
    """Parameters of a layer, none of them 0."""
    parameters = ax.Network(layer, input_shape=input_shape).initialize(2, "float64")
    random = np.random.default_rng(2)
    parameters.vector[...] = random.normal(size=parameters.vector.shape)
    parameters.buffers[...] = random.uniform(0.5, 2, parameters.buffers.shape)
    return parameters.by_layer[0]


def of_a_layer(trace):
    """Every array of a layer and of the layers within it, with the layer and the direction."""
    for kind, way in (("forward", trace.forward), ("backward", trace.backward)):
        for traced in way:
            yield trace.layer, kind, traced
    # Once each: both directions of a block hold the traces of the layers within.
    for traced in trace.backward:
        for inner in traced.layers:
            yield from of_a_layer(inner)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", list(LAYERS))
def test_the_lines_of_a_layer_make_every_array_of_its_trace(name, training, away_from_zero):
    made_anew, symbols = set(), set()
    for layer, input_shape in ROWS[name].cases:
        arrays = arrays_of(layer, input_shape)
        x = inputs(layer, input_shape, 3, 2, away_from_zero)
        context = Context(training, RandomStream.from_seed(0))
        y, _cache = layer.forward(arrays, x, context.child(0))
        dy = np.random.default_rng(0).normal(size=y.shape)

        def passed(layer=layer, arrays=arrays, x=x, context=context, dy=dy):
            return trace_through([layer], [arrays], x, context, dy)[0]

        steps = [
            (*of, layer_lines(of[0], of[1], of[2].symbol, of[2].equation))
            for of in of_a_layer(passed())
        ]
        with watched([line for *_, lines in steps for line in lines]) as seen:
            passed()
        for owner, kind, traced, lines in steps:
            where = owner, kind, traced.symbol, traced.equation
            assert lines, where
            # Both of a choice stand there; one of them is run.
            assert any(seen[line] for line in lines), where
            makers = [line for line in lines if is_among(traced.array, seen[line])]
            assert makers, (where, lines)
            symbols.add((type(owner), kind, traced.symbol))
            if any(not was_there_before(traced.array, seen[line]) for line in makers):
                made_anew.add((type(owner), kind, traced.symbol))
    # Of what a layer hands on as it is, the numbers were there before the line, too.
    handed_on = {(kind.__name__, symbol) for kind, _way, symbol in symbols - made_anew}
    assert handed_on <= HANDED_ON, handed_on - HANDED_ON


HANDED_ON = {
    # The running averages, at prediction; what nothing is drawn for; the same in another shape.
    ("BatchNorm", "μ"),
    *((kind, "y") for kind in ("Dropout", "ChannelDropout", "GaussianNoise", "Flatten", "Reshape")),
    *((kind, "∂L/∂x") for kind in ("Dropout", "ChannelDropout", "GaussianNoise")),
    *((kind, "∂L/∂x") for kind in ("Flatten", "Reshape", "PositionalEncoding", "GlobalPool")),
    # Σ ∂L/∂y, as that of the branch's own batch norm is.
    ("Residual", "∂L/∂shortcut.1.bias"),
}


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "formula"])
def test_the_lines_of_an_activation_make_its_values_and_slopes(name):
    function = ACTIVATIONS.resolve(name).bind({"alpha": np.array([0.25])})
    z = np.random.default_rng(0).normal(size=(3, 4))
    da = np.random.default_rng(1).normal(size=(3, 4))
    a, dz = function.value(z), function.backward(z, function.value(z), da)
    forward, back = value_lines(function), slope_lines(function)
    with watched([*forward, *back]) as seen:
        function.backward(z, function.value(z), da)
    assert is_among(a, seen[forward[-1]])
    assert is_among(dz, seen[back[-1]])
    for line in back[:-1]:
        assert is_among(function.derivative(z, a), seen[line])


@pytest.mark.parametrize("rows", [1, 5])
@pytest.mark.parametrize("name", list(LOSSES_OF))
@pytest.mark.parametrize("matched", [True, False])
def test_the_lines_of_a_loss_make_its_numbers(name, rows, matched):
    activation, targets = LOSSES_OF[name]
    if not matched:
        activation = {"cce": "sigmoid", "bce": "softmax", "poisson": "softplus"}.get(name, "tanh")
    loss = LOSSES.resolve({"name": {"bce": "binary_cross_entropy"}.get(name, name), "scale": 0.5})
    network = ax.Network(ax.Dense(2, activation), input_shape=3)
    random = np.random.default_rng(3)
    x, y = random.normal(size=(rows, 3)), targets(random)[:rows]
    parameters = network.initialize(1, "float64")

    def explained():
        return ax.explain(network, parameters, x, y, loss=loss, jacobian=True, l2=0.1)

    trace = explained()
    found = source_lines(network, trace, loss=loss)
    steps = [
        (step, found[number]) for number, step in enumerate(trace.walk()) if step.kind == "loss"
    ]
    with watched([line for _step, lines in steps for line in lines]) as seen:
        explained()
    for step, lines in steps:
        if step.array is None or step.symbol == "y":
            assert lines == ()
            continue
        assert lines, step.symbol
        engine_only = [line for line in lines if "row_shares" in line.text]
        if engine_only:
            # A trace multiplies by the shares itself: here δ is that of the rows' own losses.
            array = step.array * rows
        elif step.symbol == "L":
            array = step.array - 0.1 / rows * (parameters.by_layer[0]["weight"] ** 2).sum() / 2
        else:
            array = step.array
        runs = [run for line in lines for run in seen[line]]
        halved = array / 0.5  # the line above the one that scales
        assert is_among(array, runs) or is_among(halved, runs), (step.symbol, lines)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_the_lines_of_an_optimiser_make_its_numbers(name):
    network, parameters, x, y = deep(1)
    rule = OPTIMIZERS.resolve(name)
    settings = {"loss": "cce", "optimizer": rule, "l2": 0.1, "l1": 0.2, "step": 3}
    settings |= {"clip_value": 0.05, "clip_norm": 0.01}
    assert_updates(network, parameters, x, y, rule, settings)


@pytest.mark.parametrize("form", ["averaged", "classical", "heavy_ball"])
def test_each_form_of_momentum_has_its_own_lines(form):
    rule = ax.Momentum(0.1, form=form)
    assert_updates(*deep(1), rule, {"loss": "cce", "optimizer": rule})


def assert_updates(network, parameters, x, y, rule, settings):
    def explained():
        return ax.explain(network, parameters, x, y, **settings)

    trace = explained()
    found = source_lines(network, trace, loss=LOSSES.resolve("cce"), optimizer=rule)
    steps = [
        (step, found[number])
        for number, step in enumerate(trace.walk())
        if step.kind == "update" and step.array is not None
    ]
    with watched([line for _step, lines in steps for line in lines]) as seen:
        explained()
    symbols = set()
    whole = defaultdict(list)
    for step, lines in steps:
        symbol = {"w": "W", "b": "W"}.get(step.symbol, step.symbol)
        symbols.add(symbol)
        if symbol in ELSEWHERE:
            continue
        assert lines, step.symbol
        whole[symbol].append((step, lines))
    assert "W" in whole
    for symbol, parts in whole.items():
        # The optimiser knows vectors: what the trace shows by arrays, one behind the other.
        lines = parts[0][1]
        assert all(each == lines for _step, each in parts)
        array = np.concatenate([step.array.ravel() for step, _lines in parts])
        runs = [run for line in lines for run in seen[line]]
        vectors = [each for _before, after in runs for each in arrays_in(after)]
        cut = "decayed" in symbol or "penalised" in symbol
        assert cut or any(alike(each, array) for each in vectors), (symbol, lines)
        if symbol == "g penalised":
            weights = [step.array.ravel() for step, _lines in parts]
            assert any(
                np.isin(np.concatenate(weights).round(12), each.round(12)).all() for each in vectors
            )


def test_every_piece_of_every_table_is_one_line_of_its_method():
    import inspect

    for table in (OF_LAYERS, OF_CELLS, OF_OPTIMIZERS):
        for rows in table.values():
            for key, row in rows.items():
                for places in row.values() if isinstance(row, dict) else [row]:
                    for function, piece in places:
                        lines = inspect.getsourcelines(function)[0]
                        assert sum(piece in line for line in lines) == 1, (key, piece)


def test_a_line_is_told_with_its_file_its_number_and_its_text():
    (line,) = layer_lines(ax.Dense(2), "backward", "∂L/∂b")
    text = (PACKAGE / line.file).read_text(encoding="utf-8").splitlines()[line.line - 1]
    assert line.file == "layers/dense.py"
    assert text.strip() == line.text == 'gradients["bias"] = delta.sum(axis=0)'
    assert line.title == "Dense._gradients"


def test_what_is_no_part_of_the_package_has_no_line():
    class Bent(ax.ActivationFunction):
        def value(self, z):
            return z

        def derivative(self, z, a):
            return np.ones_like(z)

    assert value_lines(Bent()) == ()


def test_decay_and_averages_are_those_of_the_engine():
    decayed = update_lines(ax.AdamW(0.1), "W decayed")
    assert [line.file for line in decayed] == ["engines/reference/stepwise.py"]
    averages = update_lines(ax.Adam(), "0.running_mean", name="0.running_mean")
    assert [line.text for line in averages] == ["arrays[name][...] = array"]


def test_the_way_through_the_jacobian_has_lines_of_its_own():
    head = Head(ACTIVATIONS.resolve("softmax"), LOSSES.resolve("cce"))
    assert [line.title for line in loss_lines(head, "J")] == ["Softmax.jacobian"]
