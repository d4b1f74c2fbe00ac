"""Scenes of features and targets in units that no network likes."""

from axone.messages import _
from axone.playground.scenes.conditions import Gone, Score
from axone.playground.scenes.designing import SCALING, dense, design, optimizer
from axone.playground.scenes.scene import Scene

SCENES = (
    Scene(
        name="unscaled-features",
        chapter=SCALING,
        title=_("Features as they come"),
        question=_(
            "Proline goes up to 1,680, hue to 1.7: the network hears only the one. Mend it, and "
            "get 95 percent of the validation rows right."
        ),
        kind="mend",
        hints=(
            _("The gradient of a weight is proportional to the feature that it multiplies."),
            _("Standardised, every feature has mean 0 and standard deviation 1."),
        ),
        design=design(
            "wine",
            [dense(16, "relu")],
            {"optimizer": optimizer("sgd", 0.05)},
            data={"scaling": "none", "validation": 0.25, "test": 0.15},
        ),
        check=(Gone("unscaled_features"), Score("validation", "accuracy", 0.95)),
    ),
    Scene(
        name="unscaled-target",
        chapter=SCALING,
        title=_("A target of some hundreds"),
        question=_(
            "The numbers to predict go up to 346, and the run diverges at once. Mend it, and "
            "come to an R² of 0.35 on the validation rows."
        ),
        kind="mend",
        hints=(
            _("The error of the first step is as large as the target, and so is its gradient."),
            _("Scale the target; scores are told in its own units all the same."),
        ),
        design=design(
            "diabetes",
            [dense(16, "relu")],
            {"optimizer": optimizer("sgd", 0.01)},
            data={"target_scaling": "none", "validation": 0.25, "test": 0.15},
        ),
        check=(Gone("diverged"), Gone("unscaled_target"), Score("validation", "r2", 0.35)),
    ),
)
"""In the order of a course."""
