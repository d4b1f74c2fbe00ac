"""The compiled engine: the same equations, shuffles and masks as the reference, in C++.

Here a recipe is translated into the compiled plan's settings (`translation`), the compiled module
for the processor is chosen (`variants`), and its workspaces are handed out: to predictions
(`plan`) and to training runs (`session`).
"""

from axone.bounds import MOST_THREADS
from axone.checks import check_integer
from axone.engines.native.plan import NativePlan
from axone.engines.native.session import NativeSession
from axone.engines.native.translation import obstacles
from axone.engines.native.variants import NotBuiltError, load_variant
from axone.engines.recipe import Recipe
from axone.messages import Message


class NativeEngine:
    """Runs the networks that have no `obstacles`, by C++.

    Parameters
    ----------
    threads : int, optional
        Of a training run. By default several where a step is long enough, and only if they prove
        faster than one. How many there are changes no bit.

    Raises
    ------
    NotBuiltError
        No compiled module is installed.
    """

    name = "native"

    def __init__(self, threads: int | None = None) -> None:
        if threads is not None:
            check_integer("threads", threads, at_least=1, at_most=MOST_THREADS)
        self.module = load_variant()
        self.threads = threads

    @property
    def variant(self) -> str:
        """The kind of processor that the loaded module was compiled for."""
        return str(self.module.variant)

    def obstacles(self, recipe: Recipe) -> tuple[Message, ...]:
        """Say what in the recipe the compiled module does not know, a sentence each."""
        return obstacles(recipe, self.module)

    def compile(self, recipe: Recipe) -> NativePlan:
        """Return the plan of this recipe.

        Raises
        ------
        UnsupportedError
            There are `obstacles`.
        """
        return NativePlan(recipe, self.module, self.threads)


__all__ = ["NativeEngine", "NativePlan", "NativeSession", "NotBuiltError"]
