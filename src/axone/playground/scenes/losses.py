"""Scenes of what stands at the end of a network: outputs and the loss that suits them."""

from axone.messages import _
from axone.playground.scenes.conditions import Epochs, Outputs, Parameters, Score, Uses
from axone.playground.scenes.designing import LOSSES, dense, design, optimizer
from axone.playground.scenes.scene import Scene

_BOTH = {"validation": 0.2, "test": 0.2}

SCENES = (
    Scene(
        name="one-sigmoid-for-two-classes",
        chapter=LOSSES,
        title=_("One output for two classes"),
        question=_(
            "Two outputs with softmax say the same twice. Give the network a single sigmoid, and "
            "get 97 percent of the validation rows right."
        ),
        kind="reach",
        hints=(
            _("What one class has the other has not: p and 1 − p."),
            _("Its loss is the binary cross-entropy, which the page then takes by itself."),
        ),
        design=design(
            "moons",
            [dense(8)],
            {"optimizer": optimizer("adam", 0.03)},
            options={"rows": 400, "noise": 0.15},
        ),
        check=(Outputs(1), Score("validation", "accuracy", 0.97)),
    ),
    Scene(
        name="absolute-errors",
        chapter=LOSSES,
        title=_("Absolute errors instead of squares"),
        question=_(
            "Squares make far-off rows count most. Train on mae or huber, and come to an R² of "
            "0.4 on the validation rows all the same."
        ),
        kind="reach",
        hints=(
            _("The loss is a setting of training; the scores stay what they are."),
            _("Stop in time: the table has 442 rows."),
        ),
        design=design(
            "diabetes",
            [dense(8)],
            {"optimizer": optimizer("adam", 0.005), "loss": "mse"},
            data=_BOTH,
        ),
        check=(Uses("training.loss", ("mae", "huber")), Score("validation", "r2", 0.4)),
    ),
    Scene(
        name="softmax-of-ten",
        chapter=LOSSES,
        title=_("Ten shares that add up to one"),
        question=_(
            "Without a hidden layer, softmax alone reads digits: train for 20 epochs, then step "
            "through a row and look at its ten shares."
        ),
        kind="look",
        hints=(
            _("The table of mistakes shows which digits are taken for which."),
            _("650 parameters: 64 weights and a bias for each digit."),
        ),
        design=design("digits", [], {"optimizer": optimizer("adam", 0.01)}),
        check=(Epochs(at_least=20), Parameters(650)),
    ),
)
"""In the order of a course."""
