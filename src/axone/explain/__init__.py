"""What makes a trained network understood: what it looks at, and what its layers see.

Everything here runs the layers' own equations, whatever engine trained the network.
"""

from axone.explain.feature_maps import FeatureMap, feature_maps
from axone.explain.saliency import saliency

__all__ = ["FeatureMap", "feature_maps", "saliency"]
