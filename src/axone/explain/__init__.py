"""What makes a trained network understood: what it looks at, and what its layers see.

Everything here runs the layers' own equations, whatever engine trained the network.
"""

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
