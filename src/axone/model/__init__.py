"""The one fitted thing: all that turns raw rows into predictions, in memory and in a file."""

from axone.model.files import load, save
from axone.model.model import Model
from axone.model.targets import Classes, Numbers, Target, class_probabilities

__all__ = [
    "Classes",
    "Model",
    "Numbers",
    "Target",
    "class_probabilities",
    "load",
    "save",
]
