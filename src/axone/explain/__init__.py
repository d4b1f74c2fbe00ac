"""What makes a network understood: one step with every number, what it looks at, what layers see.

Everything here runs the layers' own equations, whatever engine trained the network. The room can be
called, since a function has its name: `ax.explain(network, …)` is what stands in
`axone.explain.explaining`, whichever of the two a program has imported first.
"""

import sys
from types import ModuleType
from typing import Any

from axone.explain import explaining
from axone.explain.epoch import EpochStep, first_epoch
from axone.explain.explaining import explain
from axone.explain.feature_maps import FeatureMap, feature_maps
from axone.explain.lesson import as_latex, as_markdown
from axone.explain.page import as_html
from axone.explain.saliency import saliency
from axone.explain.shapes import PassShapes, pass_shapes
from axone.explain.text import as_text
from axone.explain.trace import Cell, Step, Trace

__all__ = [
    "Cell",
    "EpochStep",
    "FeatureMap",
    "PassShapes",
    "Step",
    "Trace",
    "as_html",
    "as_latex",
    "as_markdown",
    "as_text",
    "explain",
    "feature_maps",
    "first_epoch",
    "pass_shapes",
    "saliency",
]


class _Room(ModuleType):
    """The room as what is called."""

    def __call__(self, *of: Any, **settings: Any) -> Trace:
        """Follow one example, or a mini-batch, through a network: see `explaining.explain`."""
        return explaining.explain(*of, **settings)


# Python makes `axone.explain` the room as soon as anything is imported from it, and the function
# would be out of reach.
_room = sys.modules[__name__]
_room.__class__ = _Room
_room.__dict__["explain"] = _room
