"""Ready-made scenes, as data: a design to begin with, a question, hints, and what answers it."""

from collections.abc import Mapping

from axone.errors import UnknownNameError
from axone.messages import _
from axone.playground.scenes import (
    activations,
    convolution,
    descent,
    imbalance,
    initialization,
    losses,
    optimizers,
    perceptron,
    recurrence,
    regression,
    regularization,
    scaling,
    tables,
)
from axone.playground.scenes.progress import Progress
from axone.playground.scenes.scene import Kind, Scene

_CHAPTERS = (
    perceptron,
    descent,
    activations,
    initialization,
    losses,
    regularization,
    optimizers,
    scaling,
    imbalance,
    convolution,
    recurrence,
    regression,
    tables,
)

SCENES: Mapping[str, Scene] = {
    scene.name: scene for chapter in _CHAPTERS for scene in chapter.SCENES
}
"""By name, in the order of a course."""


def find_scene(name: str) -> Scene:
    """Return the scene of that name.

    Raises
    ------
    UnknownNameError
        There is none.
    """
    if name not in SCENES:
        raise UnknownNameError(_("scene"), name, SCENES)
    return SCENES[name]


__all__ = ["SCENES", "Kind", "Progress", "Scene", "find_scene"]
