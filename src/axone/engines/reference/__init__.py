"""The reference engine: NumPy, running the layers' own equations one after another.

It is the one to read, and the one that every other engine is checked against.
"""

from axone.engines.engine import Plan, obstacles_of_searching, refuse_obstacles
from axone.engines.recipe import Recipe
from axone.engines.reference.equations import Equations, layer_norms
from axone.engines.reference.lbfgs import LBFGSPlan
from axone.engines.reference.stepwise import StepwisePlan
from axone.messages import Message
from axone.optimizers import LBFGS


class ReferenceEngine:
    """Runs anything that can be described, at the speed of NumPy."""

    name = "reference"

    def obstacles(self, recipe: Recipe) -> tuple[Message, ...]:
        """Say what it cannot do: what no engine can."""
        return obstacles_of_searching(recipe)

    def compile(self, recipe: Recipe) -> Plan:
        """Return the plan of this recipe.

        Raises
        ------
        UnsupportedError
            Dropout, noise or augmentation with L-BFGS.
        """
        refuse_obstacles(self.obstacles(recipe))
        if isinstance(recipe.optimizer, LBFGS):
            return LBFGSPlan(recipe, recipe.optimizer)
        return StepwisePlan(recipe)


__all__ = ["Equations", "LBFGSPlan", "ReferenceEngine", "StepwisePlan", "layer_norms"]
