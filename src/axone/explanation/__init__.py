"""What makes a network understood: one step with every number, what it looks at, what layers see.

And whether its gradient is right. Everything here runs the layers' own equations, whatever engine
trained the network.
"""

from axone.explanation.attribution import Attribution, gradient_times_input, integrated_gradients
from axone.explanation.counterfactual import Change, Counterfactual, counterfactual
from axone.explanation.epoch import EpochStep, first_epoch
from axone.explanation.explaining import explain
from axone.explanation.feature_maps import FeatureMap, feature_maps
from axone.explanation.gradient_check import GradientCheck, check_gradients
from axone.explanation.lesson import as_latex, as_markdown
from axone.explanation.page import as_html
from axone.explanation.saliency import saliency
from axone.explanation.shapes import PassShapes, pass_shapes
from axone.explanation.text import as_text
from axone.explanation.trace import Cell, Step, Trace

__all__ = [
    "Attribution",
    "Cell",
    "Change",
    "Counterfactual",
    "EpochStep",
    "FeatureMap",
    "GradientCheck",
    "PassShapes",
    "Step",
    "Trace",
    "as_html",
    "as_latex",
    "as_markdown",
    "as_text",
    "check_gradients",
    "counterfactual",
    "explain",
    "feature_maps",
    "first_epoch",
    "gradient_times_input",
    "integrated_gradients",
    "pass_shapes",
    "saliency",
]
