"""A compiled recipe, which any number of threads may use at once.

What a call changes lives in a workspace. A workspace serves one call at a time, so that a plan
keeps those that are idle and makes a new one for whoever finds none.
"""

import math
from types import ModuleType

import numpy as np

from axone.arrays import BoolArray, FloatArray
from axone.data.examples import Examples
from axone.engines.engine import Session, UnsupportedError
from axone.engines.native.draws import CompiledStream
from axone.engines.native.lbfgs import LBFGSSession
from axone.engines.native.session import NativeSession
from axone.engines.native.translation import (
    FlatExamples,
    flat_examples,
    flat_mask,
    flat_rows,
    plan_settings,
)
from axone.engines.native.workspaces import Workspaces
from axone.engines.recipe import Recipe
from axone.engines.state import RunState
from axone.messages import _
from axone.optimizers import LBFGS
from axone.parameters import Parameters, Trail
from axone.processors import processors, threads_asked_for
from axone.random import WEIGHTS

_EVALUATION_ROWS = 256

_MOST_NUMBERS = 2**22
"""That rows leave behind which pass together where it does not matter: 16 MB, as a large cache."""

_LANES = 16
"""Of the widest vectors: fewer examples of a signal or image take no less memory, nor time."""

_BYTES_OF_A_COLUMN = 4096
"""Of a group of rows. Measured on 16512 rows of 8-64-32-1: groups of 512 or 1024 rows take half the
time of all at once in float64, three quarters in float32."""

_PRODUCTS = 3
"""What is multiplied forward is multiplied again backward and for the gradient."""

_WORTH_THREADS = 5_000_000
"""Multiplications of a step, some 100 µs of one core: with fewer, barriers cost what they save."""


class NativePlan:
    """One network compiled; see `Plan` for what its methods promise.

    Parameters
    ----------
    recipe : Recipe
    module : module
        The compiled one.
    threads : int, optional
        Of its training runs; see `NativeEngine`.

    Raises
    ------
    UnsupportedError
        The module cannot carry the recipe out.

    Attributes
    ----------
    settings : dict
        The recipe as the compiled module was told it.
    compiled : Plan32 or Plan64
        What it made of it.
    """

    def __init__(self, recipe: Recipe, module: ModuleType, threads: int | None = None) -> None:
        self.recipe = recipe
        self.threads = threads
        self._module = module
        compiled = module.Plan64 if recipe.dtype == "float64" else module.Plan32
        self.settings = plan_settings(recipe, module)
        self.compiled = compiled(self.settings, int(recipe.seed) % 2**64)
        self._workspaces = Workspaces(self.compiled)
        self._takes_masks: dict[int, bool] = {}  # of so many positions

    def initialize(self) -> Parameters:
        """Draw the weights with which a run begins from the recipe's seed; see `Plan`."""
        recipe = self.recipe
        stream = CompiledStream.of(recipe.seed, self._module).child(WEIGHTS)
        return recipe.network.draw(stream, recipe.dtype)

    def start(self, parameters: Parameters) -> RunState:
        """Return the state of a run that begins with these weights, which it takes over."""
        return RunState.beginning(parameters, self.recipe.optimizer)

    def session(self, state: RunState, examples: Examples, max_epochs: int) -> Session:
        """Return a run that goes on from `state`; see `Plan`."""
        self._check_mask(examples.mask, len(examples))
        size = self.recipe.batch_rows(len(examples))
        work = _PRODUCTS * size * self.recipe.network.multiply_adds
        threads = self.threads or default_threads(work)
        hits, optimizer = self.compiled.hit_counts, self.recipe.optimizer
        if isinstance(optimizer, LBFGS):
            group = self._rows_together(size)
            borrowed = self._workspaces.borrow(group, group, threads)
            return LBFGSSession(self.recipe, optimizer, borrowed, hits, state, examples, max_epochs)
        borrowed = self._workspaces.borrow(size, size, threads)
        return NativeSession(self.recipe, borrowed, hits, state, examples, max_epochs)

    def _most_together(self, most: int) -> int:
        """Return how many rows pass together where it does not matter, in whole blocks of lanes."""
        return max(_LANES, self.recipe.network.rows_together(most, _MOST_NUMBERS))

    def _evaluation_capacity(self, rows: int) -> int:
        return _capacity(min(self._most_together(_EVALUATION_ROWS), rows))

    def _rows_together(self, rows: int) -> int:
        """Return in how large groups all rows pass for one gradient.

        Groups of about the same size, small enough that what lies between the layers stays in the
        cache; batch norm needs all rows at once.
        """
        if self.recipe.network.layout.buffer_size:
            return rows
        groups = -(-rows * np.dtype(self.recipe.dtype).itemsize // _BYTES_OF_A_COLUMN)
        return -(-rows // max(groups, -(-rows // self._most_together(rows))))

    def predict(
        self, parameters: Parameters, X: FloatArray, mask: BoolArray | None = None
    ) -> FloatArray:
        """Return ŷ for all rows, nothing random."""
        self._check_mask(mask, len(X))
        rows = FlatExamples(flat_rows(X, self.recipe.dtype), mask=flat_mask(mask))
        return self._predict(parameters, rows)[1]

    def evaluate(self, parameters: Parameters, examples: Examples) -> tuple[float, FloatArray]:
        """Return the mean loss, penalties apart, and ŷ, nothing random."""
        self._check_mask(examples.mask, len(examples))
        return self._predict(parameters, flat_examples(examples, self.recipe.dtype))

    def evaluate_each(self, trail: Trail, examples: Examples) -> tuple[FloatArray, FloatArray]:
        """Return the same for the weights of several epochs, an epoch after the other."""
        self._check_mask(examples.mask, len(examples))
        rows, shape = len(examples), self.recipe.network.output_shape
        values = np.empty(len(trail))
        out = np.empty((len(trail) * rows, math.prod(shape)), dtype=self.recipe.dtype)
        capacity = self._evaluation_capacity(rows)
        with self._workspaces.borrow(1, capacity, 1) as workspace:
            workspace.evaluate_each(
                trail.rows, *flat_examples(examples, self.recipe.dtype), out, values
            )
        return values, out.reshape(len(trail), rows, *shape)

    def loss_and_gradient(
        self, parameters: Parameters, examples: Examples, step: int
    ) -> tuple[float, Parameters]:
        """Return the loss of one batch, penalty included, and its unclipped gradient."""
        self._check_mask(examples.mask, len(examples))
        gradient = parameters.zeros_like()
        with self._workspaces.borrow(1, _capacity(len(examples)), 1) as workspace:
            loss = workspace.gradient(
                parameters.vector,
                parameters.buffers,
                *flat_examples(examples, self.recipe.dtype),
                step,
                gradient.vector,
            )
        return loss, gradient

    def _predict(self, parameters: Parameters, examples: FlatExamples) -> tuple[float, FloatArray]:
        shape, rows = self.recipe.network.output_shape, len(examples.rows)
        out = np.empty((rows, math.prod(shape)), dtype=self.recipe.dtype)
        capacity = self._evaluation_capacity(rows)
        with self._workspaces.borrow(1, capacity, 1) as workspace:
            loss = workspace.predict(parameters.vector, parameters.buffers, *examples, out)
        return loss, out.reshape(rows, *shape)

    def takes_mask(self, mask: BoolArray) -> bool:
        """Whether all layers that a mask meets know masks in the compiled module."""
        length = mask.shape[1]
        if length not in self._takes_masks:
            self._takes_masks[length] = bool(self.compiled.takes_mask(length))
        return self._takes_masks[length]

    def _check_mask(self, mask: BoolArray | None, rows: int) -> None:
        """Refuse a mask by the layer that cannot take it, if there is one."""
        if mask is None:
            return
        self.recipe.network.check_mask(mask, rows)
        if not self.takes_mask(mask):
            raise UnsupportedError(
                _("Rows with a mask run on the reference engine: choose engine = 'reference'.")
            )


def _capacity(rows: int) -> int:
    """Return how many rows a workspace is made for: few sizes serve all calls."""
    return 1 << max(rows - 1, 0).bit_length()


def default_threads(work: int) -> int:
    """Return how many threads a training run is given, unless told otherwise.

    `AXONE_THREADS` if it is set; else one, or for steps of more than a fraction of a millisecond
    one a processor: the run itself finds out whether they are faster than one alone.

    Parameters
    ----------
    work : int
        Multiplications of a step.

    Raises
    ------
    ConfigurationError
        `AXONE_THREADS` is not a whole number of at least 1.
    """
    return threads_asked_for() or (processors() if work >= _WORTH_THREADS else 1)
