"""What makes a trained network understood: what it looks at, and what its layers see.

Everything here runs the layers' own equations, whatever engine trained the network.
"""

from axone.explain.attribution import Attribution, gradient_times_input, integrated_gradients
from axone.explain.feature_maps import FeatureMap, feature_maps
from axone.explain.saliency import saliency

__all__ = [
    "Attribution",
    "FeatureMap",
    "feature_maps",
    "gradient_times_input",
    "integrated_gradients",
    "saliency",
]
