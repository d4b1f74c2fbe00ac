"""The one fitted thing: all that turns raw rows into predictions, in memory and in a file."""

from axone.model.files import load, save
from axone.model.model import Model
from axone.model.targets import (
    GENERATION,
    RECONSTRUCTION,
    Classes,
    Inputs,
    NextCharacter,
    Numbers,
    Target,
    class_probabilities,
)
from axone.model.transferring import Transfer, transfer

__all__ = [
    "GENERATION",
    "RECONSTRUCTION",
    "Classes",
    "Inputs",
    "Model",
    "NextCharacter",
    "Numbers",
    "Target",
    "Transfer",
    "class_probabilities",
    "load",
    "save",
    "transfer",
]
