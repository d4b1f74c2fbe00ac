"""Scenes of classes with few rows, where accuracy deceives."""

from axone.messages import _
from axone.playground.scenes.conditions import Epochs, Gone, Score
from axone.playground.scenes.designing import HELD_OUT, IMBALANCE, dense, design, optimizer
from axone.playground.scenes.scene import Scene

SCENES = (
    Scene(
        name="one-digit-among-ten",
        chapter=IMBALANCE,
        title=_("Is it an eight?"),
        question=_(
            "After 20 epochs 90 percent are right, and hardly an eight is found. Let the rare "
            "class "
            "count, and come to a mean recall of 80 percent on the validation rows."
        ),
        kind="mend",
        hints=(
            _("Who always says no is right nine times in ten."),
            _("The class weights are a setting of training: balanced makes both classes count."),
        ),
        design=design(
            "digits",
            [dense(8, "relu")],
            {"optimizer": optimizer("sgd", 0.0005)},
            data={**HELD_OUT, "target": "digit == 8"},
        ),
        check=(
            Epochs(at_least=20),
            Gone("class_imbalance"),
            Score("validation", "recall", 0.8),
        ),
    ),
    Scene(
        name="accuracy-that-deceives",
        chapter=IMBALANCE,
        title=_("Accuracy that deceives"),
        question=_(
            "Watch accuracy and recall for 30 epochs. Then look at the table of mistakes: what "
            "does the network say of nearly every row?"
        ),
        kind="look",
        hints=(
            _("Few patients are above 250; to call nobody ill costs little."),
            _("Recall is the share of a class's own rows that is found."),
        ),
        design=design(
            "diabetes",
            [dense(4, "relu")],
            {"optimizer": optimizer("sgd", 0.02)},
            data={"validation": 0.3, "test": 0, "target": "disease_progression > 250"},
        ),
        check=(Epochs(at_least=30),),
    ),
)
"""In the order of a course."""
