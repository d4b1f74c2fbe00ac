"""What makes a network understood: what it looks at, what its layers see, if its gradient is right.

Everything here runs the layers' own equations, whatever engine trained the network.
"""

from axone.explain.attribution import Attribution, gradient_times_input, integrated_gradients
from axone.explain.feature_maps import FeatureMap, feature_maps
from axone.explain.gradient_check import GradientCheck, check_gradients
from axone.explain.saliency import saliency

__all__ = [
    "Attribution",
    "FeatureMap",
    "GradientCheck",
    "check_gradients",
    "feature_maps",
    "gradient_times_input",
    "integrated_gradients",
    "saliency",
]
