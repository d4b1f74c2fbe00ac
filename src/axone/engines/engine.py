"""What an engine is: it compiles a recipe into a plan, whose sessions train.

A plan never changes, so that any number of threads may use it at once; what a run changes belongs
to its session. Python enters a session once for many epochs, if nobody asks to be told sooner;
every engine draws the same shuffles and masks and returns the same reports, so that any one can be
checked against any other.
"""

from collections.abc import Callable
from typing import Protocol

from axone.arrays import BoolArray, FloatArray
from axone.data.examples import Examples
from axone.engines.recipe import Recipe
from axone.engines.state import Lap, RunState
from axone.errors import ConfigurationError
from axone.messages import Listed, Message, _
from axone.optimizers import LBFGS
from axone.parameters import Parameters, Trail


class UnsupportedError(ConfigurationError):
    """A recipe that an engine cannot carry out: its `obstacles` say why."""


def never() -> bool:
    """Say that nobody interrupts."""
    return False


class Session(Protocol):
    """A training run under way. It owns its scratch memory; it alone moves `state`, in place."""

    state: RunState

    def advance(
        self,
        *,
        epochs: int = 1,
        steps: int | None = None,
        interrupted: Callable[[], bool] = never,
        trail: Trail | None = None,
    ) -> Lap:
        """Train on from where `state` stands.

        A batch whose loss, gradient or running averages are not finite is not learnt from: `state`
        stands as it did before it, and the lap says which batch it was.

        Parameters
        ----------
        epochs : int
            How many epochs to complete, the one begun included; the run's last is the last.
        steps : int, optional
            How many steps to make at most.
        interrupted : callable
            Asked between batches, if not between all of them; True ends the lap there, to be
            continued later.
        trail : Trail, optional
            Takes the weights at the end of each epoch, the first in the first place; it must have
            room for all of them.
        """

    def close(self) -> None:
        """Let go of the scratch memory; the session cannot be used afterwards."""


class Plan(Protocol):
    """A recipe compiled. It never changes, and any number of threads may use it at once."""

    recipe: Recipe

    def initialize(self) -> Parameters:
        """Draw the weights with which a run begins from the recipe's seed.

        Those of `Network.initialize`: in float64 to rounding, in float32 but for the one in some
        ten million that lies within such a rounding of the middle between two numbers.
        """

    def start(self, parameters: Parameters) -> RunState:
        """Return the state of a run that begins with these weights, which it takes over."""

    def session(self, state: RunState, examples: Examples, max_epochs: int) -> Session:
        """Return a run that goes on from `state`.

        Parameters
        ----------
        state : RunState
            Changed in place as the run goes on; its arrays are of the recipe's dtype.
        examples : Examples
            The rows to learn from, X in the recipe's dtype.
        max_epochs : int
            The run's last epoch, counted from its very start; schedules are laid out over it.
        """

    def predict(
        self, parameters: Parameters, X: FloatArray, mask: BoolArray | None = None
    ) -> FloatArray:
        """Return ŷ for all rows, nothing random."""

    def evaluate(self, parameters: Parameters, examples: Examples) -> tuple[float, FloatArray]:
        """Return the mean loss, penalties apart, and ŷ, nothing random."""

    def evaluate_each(self, trail: Trail, examples: Examples) -> tuple[FloatArray, FloatArray]:
        """Return the same for the weights of several epochs, an epoch after the other."""

    def loss_and_gradient(
        self, parameters: Parameters, examples: Examples, step: int
    ) -> tuple[float, Parameters]:
        """Return the loss of one batch, penalty included, and its unclipped gradient.

        `step` (from 1) chooses the dropout masks and the augmentation.
        """


class Engine(Protocol):
    """A way to run networks."""

    name: str

    def obstacles(self, recipe: Recipe) -> tuple[Message, ...]:
        """Say what in the recipe is beyond this engine, a sentence each; nothing if it is able."""

    def compile(self, recipe: Recipe) -> Plan:
        """Return the plan of this recipe.

        Raises
        ------
        UnsupportedError
            There are `obstacles`.
        """


def obstacles_of_searching(recipe: Recipe) -> tuple[Message, ...]:
    """Say why no engine can let a rule search for its steps, if it is one that does."""
    if recipe.optimizer.stepwise:
        return ()
    if not isinstance(recipe.optimizer, LBFGS):
        return (
            _(
                "{name} searches for its steps itself, and the engine knows only L-BFGS.",
                name=type(recipe.optimizer).__name__,
            ),
        )
    if recipe.is_random:
        return (
            _(
                "L-BFGS needs a loss that is the same each time it is computed: leave out "
                "dropout, noise and augmentation, or choose another optimizer (adam)."
            ),
        )
    return ()


def refuse_obstacles(obstacles: tuple[Message, ...]) -> None:
    """Raise UnsupportedError where there is anything that an engine cannot do."""
    if obstacles:
        raise UnsupportedError(_("{obstacles}", obstacles=Listed(obstacles, " ")))
