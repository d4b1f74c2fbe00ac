"""The gradient check: backpropagation beside finite differences, in float64.

Every array of the whole network first, by each engine; then each layer alone, which shows where an
error comes from.
"""

import copy
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from axone.checks import as_array, check_choice, check_integer, check_seed
from axone.data import Examples
from axone.engines import NotBuiltError, Plan, Recipe, UnsupportedError, get_engine
from axone.errors import DataError, ShapeError
from axone.explanation.gradient_check.findings import (
    EngineCheck,
    GradientCheck,
    TensorCheck,
)
from axone.explanation.gradient_check.parts import parts_of
from axone.explanation.gradient_check.passes import Passes
from axone.explanation.gradient_check.probes import Surface, chosen_probes, compared
from axone.explanation.gradient_check.rows import loss_for, some_examples, some_targets
from axone.explanation.gradient_check.work import usual_entries, usual_rows
from axone.layers import Layer, Recurrent, Residual
from axone.losses import Loss, prepare_weights
from axone.messages import Message, _
from axone.network import Network
from axone.optimizers import SGD
from axone.parameters import Parameters
from axone.penalties import Penalty
from axone.random import SAMPLE, RandomStream

ENGINES = ("reference", "native")

Progress = Callable[[float], None]
"""Told the share that is done."""


def check_gradients(
    network: Network,
    parameters: Parameters | None = None,
    X: Any = None,
    y: Any = None,
    *,
    loss: Loss | str | Mapping[str, Any] | None = None,
    l1: float = 0.0,
    l2: float = 0.0,
    sample_weight: Any = None,
    mask: Any = None,
    engines: Sequence[str] = ENGINES,
    entries: int | None = None,
    seed: int = 0,
    step: int = 1,
    on_progress: Progress | None = None,
) -> GradientCheck:
    """Compare backpropagation with finite differences, tensor by tensor and layer by layer.

    Backpropagation computes ∂L/∂w by the chain rule, from equations that somebody wrote down and
    may have written down wrong: a network whose gradient is wrong often still learns, only worse.
    Differences need no derivation. With w moved by a little h to either side, the loss itself says
    how steep it is:

    ∂L/∂w ≈ (8(L(w + h) − L(w − h)) − (L(w + 2h) − L(w − 2h)))/12h.

    Four passes of the whole network for a single w are far too slow to train by; as a check they
    are the judge. Everything is computed in float64, with the same dropout masks and noise at every
    evaluation, batch norm as in training.

    The relative error of a tensor is ‖a − n‖/(‖a‖ + ‖n‖), a by backpropagation and n by
    differences: up to 1e-7 it is right, above 1e-5 wrong. How exact the differences are, between
    rounding and curvature, several steps h tell, and no more than that is excused. At a kink (a
    rectifier's at 0, two equal numbers in a max pool, an error of 0 of `mae`) there is no
    derivative to agree on. Where the slopes from the left and from the right stay apart for smaller
    and smaller h, the entry is looked at again at a point nearby, and set aside only if it is right
    there, where an error would still be one.

    Besides, each layer is checked alone, given a ∂L/∂y at random, since a wrong ∂L/∂x spoils the
    tensors of all layers before it: `culprits` says whose it is.

    Parameters
    ----------
    network : Network
        Of any layers, activations and losses, your own too.
    parameters : Parameters, optional
        Where to check; those that `network.initialize(seed)` draws if left out. Float32 ones are
        taken in float64.
    X : array of shape (m, *network.input_shape), optional
        A few rows: each slope takes at least four passes of all of them. At most eight at random
        if left out.
    y : array of m targets, optional
        Such as the loss compares; at random if left out.
    loss : str, mapping or Loss, optional
        By default that to which the output activation belongs: cross-entropy for softmax and
        sigmoid, "poisson" for the exponential, else "mse".
    l1, l2 : float
        Penalties that are part of the loss.
    sample_weight : array of shape (m,), optional
    mask : array of bool of shape (m, length), optional
        Which positions of each row are there; all if left out.
    engines : sequence of {"reference", "native"}
        Whose gradients of the whole network are checked. One that cannot compute it, or is not
        installed, is told in `obstacles` and is no failure.
    entries : int, optional
        How many of a tensor are looked at, half of them where the gradient is largest, the others
        at random; of a larger tensor also two directions at random, along which all entries count.
        By default 40, and fewer, down to 3, of networks whose passes take long.
    seed, step : int
        Which entries, initial weights and rows at random, dropout masks and noise are drawn.
    on_progress : callable, optional
        Told the share that is done, from 0 to 1.

    Returns
    -------
    GradientCheck
        Print it to read it; `verdict` is "right", "doubtful" or "wrong".

    Raises
    ------
    ShapeError, DataError
        Parameters of another network, rows, targets or weights that do not fit; a loss that is not
        finite.
    ConfigurationError
        A loss that the output activation does not suit, or no engine of that name.

    Notes
    -----
    A recurrent layer with `truncation` gives an approximation of the gradient on purpose. It is
    checked as if it looked back over all positions, and a note says so.

    A cross-entropy behind another activation than its own cuts probabilities at 1e-12 in the loss,
    which is flat there, but not in its gradient, so that learning goes on: where outputs are that
    sure, the check says that the two differ.

    Examples
    --------
    >>> import axone as ax
    >>> network = ax.Network(ax.Dense(3, "tanh"), ax.Dense(2, "softmax"), input_shape=4)
    >>> check = ax.check_gradients(network, engines=["reference"])
    >>> check.verdict
    'right'
    >>> [(tensor.name, tensor.relative_error < 1e-7) for tensor in check.engines[0].tensors]
    [('x', True), ('0.weight', True), ('0.bias', True), ('1.weight', True), ('1.bias', True)]
    """
    check_seed(seed)
    whole, notes = _untruncated(network)
    resolved = loss_for(whole, loss)
    recipe = Recipe(whole, resolved, SGD(), penalty=Penalty(l1, l2), dtype="float64", seed=seed)
    plans, obstacles = _plans(recipe, engines)
    if parameters is None:
        parameters = network.initialize(seed, "float64")
    network.check_parameters(parameters)
    own = Parameters(
        whole.layout, *(v.astype(np.float64) for v in (parameters.vector, parameters.buffers))
    )
    examples = _examples(whole, resolved, X, y, sample_weight, mask, seed)
    if entries is None:
        entries = usual_entries(whole, len(examples))
    check_integer("entries", entries, at_least=1)
    with np.errstate(all="ignore"):
        passes = Passes(recipe, plans, own, examples, step)
        _require_finite(passes.loss)
        return _checked(passes, network, obstacles, notes, int(entries), seed, on_progress)


def _checked(
    passes: Passes,
    network: Network,
    obstacles: Mapping[str, Message],
    notes: Sequence[Message],
    most: int,
    seed: int,
    on_progress: Progress | None,
) -> GradientCheck:
    """Look at each part, then at the whole."""
    stream = RandomStream.from_seed(seed).child(SAMPLE, 2)
    arrays = [(at, slot) for at, slots in enumerate(network.layout.by_layer) for slot in slots]
    arrays = [(at, slot) for at, slot in arrays if slot.spec.trainable]
    steps = len(passes.body) + 1 + len(arrays) + 1
    done = 0

    def proceed() -> None:
        nonlocal done
        done += 1
        if on_progress is not None:
            on_progress(done / steps)

    parts = []
    for number, check in enumerate(parts_of(passes, network.layer_names)):
        parts.append(check(most, stream.child(0, number)))
        proceed()
    if not passes.plans or any(tensor.fault for part in parts for tensor in part.tensors):
        # No engine has a gradient of the whole; or gradients that do not fit cannot be handed on.
        return GradientCheck(
            len(passes.examples), passes.loss, (), tuple(parts), obstacles, tuple(notes)
        )
    whole = _Whole(passes, most, stream.child(1))
    if "reference" in passes.plans and not network.takes_tokens:  # others do not tell ∂L/∂x
        whole.look_at("x", Passes.surface_of_x)
    proceed()
    for at, slot in arrays:
        whole.look_at(slot.name, partial(Passes.surface, position=at, slot=slot))
        proceed()
    return GradientCheck(
        len(passes.examples), passes.loss, whole.engines(), tuple(parts), obstacles, tuple(notes)
    )


class _Whole:
    """The gradient of the whole network by every engine, and what was found of it so far."""

    def __init__(self, passes: Passes, most: int, stream: RandomStream) -> None:
        self.passes, self.most, self.stream = passes, most, stream
        self.found: dict[str, list[TensorCheck]] = {name: [] for name in passes.plans}
        self.looked_at = 0

    @cached_property
    def nearby(self) -> Passes:
        """A point nearby, made when somebody asks for it."""
        return self.passes.nearby(self.stream.child(0))

    def look_at(self, name: str, surface_at: Callable[[Passes], Surface]) -> None:
        """Compare one array's gradient with differences."""
        surface = surface_at(self.passes)
        known = next(iter(surface.claims.values()))
        self.looked_at += 1
        probes = chosen_probes(known, self.most, self.stream.child(self.looked_at))
        checks = compared(name, surface, lambda: surface_at(self.nearby), probes)
        for engine, check in checks.items():
            self.found[engine].append(check)

    def engines(self) -> tuple[EngineCheck, ...]:
        """Return what was found of each engine."""
        return tuple(
            EngineCheck(name, said, self.passes.loss_error(said), tuple(self.found[name]))
            for name, (said, _gradient) in self.passes.claims.items()
        )


def _plans(recipe: Recipe, engines: Sequence[str]) -> tuple[dict[str, Plan], dict[str, Message]]:
    """Return the plans of the engines that are able, and why the others are not."""
    plans: dict[str, Plan] = {}
    obstacles: dict[str, Message] = {}
    for name in engines:
        check_choice("engines", name, ENGINES)
        try:
            plans[name] = get_engine(name).compile(recipe)
        except (NotBuiltError, UnsupportedError) as error:
            obstacles[name] = error.message
    return plans, obstacles


def _examples(
    network: Network, loss: Loss, X: Any, y: Any, weight: Any, mask: Any, seed: int
) -> Examples:
    """Return the rows that were given, or rows at random, in float64 and in memory of their own."""
    if X is None:
        rows = usual_rows(network) if y is None else len(np.atleast_1d(as_array(y, "y")))
        X = some_examples(network, rows, seed)
    x = np.array(network.cast_examples(network.check_examples(X), "float64"))
    y = some_targets(network, loss, len(x), seed) if y is None else y
    target = loss.prepare(y, network.output_shape, "float64")
    if len(x) != len(target) or len(x) == 0:
        raise ShapeError(
            _(
                "A gradient check needs rows, and a target for each: there are {rows} rows in X "
                "and {targets} targets.",
                rows=len(x),
                targets=len(target),
            )
        )
    present = network.check_mask(mask, len(x))
    if weight is not None:
        weight = prepare_weights(weight, len(x), "float64")
    return Examples(x, target, weight, present)


def _require_finite(loss: float) -> None:
    if not np.isfinite(loss):
        raise DataError(
            _(
                "The loss of these rows is {loss}: there is no slope to look for. Scale the "
                "features, or begin with other weights.",
                loss=loss,
            )
        )


def _untruncated(network: Network) -> tuple[Network, tuple[Message, ...]]:
    """Return the network with every derivative whole, and a note for each layer that changed."""
    layers = tuple(map(_whole_layer, network.layers))
    changed = [at for at, layer in enumerate(layers) if layer is not network.layers[at]]
    notes = tuple(
        _(
            "Layer {position} ({kind}) looks back over some positions only (truncation), which "
            "makes its gradient an approximation on purpose: it was checked as if it looked back "
            "over all.",
            position=at,
            kind=network.layer_kind(at),
        ).coded("truncation_left_out")
        for at in changed
    )
    if not changed:
        return network, notes
    return Network(*layers, input_shape=network.input_shape, layer_names=network.names), notes


def _whole_layer(layer: Layer) -> Layer:
    """Return the layer itself, or one that truncates nothing."""
    if isinstance(layer, Recurrent) and layer.truncation is not None:
        return replace(layer, truncation=None)
    if not isinstance(layer, Residual):
        return layer
    within, shortcut = (tuple(map(_whole_layer, row)) for row in (layer.layers, layer.shortcut))
    if all(map(operator.is_, (*within, *shortcut), (*layer.layers, *layer.shortcut))):
        return layer
    # Of its own class, whatever that asks for when it is created.
    whole = copy.copy(layer)
    object.__setattr__(whole, "layers", within)
    object.__setattr__(whole, "shortcut", shortcut)
    return whole
