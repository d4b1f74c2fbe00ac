"""Scenes of rows learnt by heart, and of too much against it."""

from axone.messages import _
from axone.playground.scenes.conditions import Epochs, Gap, Gone, Score
from axone.playground.scenes.designing import REGULARIZATION, dense, design, optimizer
from axone.playground.scenes.scene import Scene

_FEW = {"rows": 80, "noise": 0.4}
_HALF = {"validation": 0.4, "test": 0}

SCENES = (
    Scene(
        name="overfitting",
        chapter=REGULARIZATION,
        title=_("Learnt by heart"),
        question=_(
            "The validation loss rises while the training loss falls. Mend it: no overfitting "
            "after 100 epochs, and 75 percent of the validation rows right."
        ),
        kind="mend",
        hints=(
            _("17,000 parameters for 48 rows: what is chance in them is learnt, too."),
            _("Dropout, L2, fewer units: each holds the network back."),
        ),
        design=design(
            "moons",
            [dense(128, "relu"), dense(128, "relu")],
            {"optimizer": optimizer("adam", 0.01)},
            options=_FEW,
            data=_HALF,
        ),
        check=(
            Epochs(at_least=100),
            Gone("overfitting"),
            Score("validation", "accuracy", 0.75),
        ),
    ),
    Scene(
        name="gap-closed-by-decay",
        chapter=REGULARIZATION,
        title=_("A gap between rows known and new"),
        question=_(
            "Keep the network as it is, and close the gap: train for at least 100 epochs, and "
            "know training rows no more than 5 points better than validation rows."
        ),
        kind="reach",
        hints=(
            _("λ₂ pulls every weight towards 0; noise at the input blurs single rows."),
            _("Raise l2 until the boundary is smooth: 1 is not too much here."),
        ),
        design=design(
            "moons",
            [dense(64, "relu")],
            {"optimizer": optimizer("adam", 0.03)},
            options={"rows": 120, "noise": 0.45},
            data=_HALF,
        ),
        check=(
            Epochs(at_least=100),
            Gap("accuracy", 0.05),
            Score("validation", "accuracy", 0.8),
        ),
        keep=("network.hidden_layers",),
    ),
    Scene(
        name="too-much-l2",
        chapter=REGULARIZATION,
        title=_("Held back too much"),
        question=_(
            "Here λ₂ outweighs the loss: the weights shrink to nothing. Mend it, and get 95 "
            "percent of "
            "the validation rows right."
        ),
        kind="mend",
        hints=(
            _("What is minimised is the loss and the penalty together."),
            _("Turn l2 down by a factor of ten at a time."),
        ),
        design=design(
            "moons",
            [dense(16, "relu"), dense(16, "relu")],
            {"optimizer": optimizer("adam", 0.01), "l2": 100.0},
            options={"rows": 400, "noise": 0.15},
        ),
        check=(Gone("underfitting"), Score("validation", "accuracy", 0.95)),
    ),
)
"""In the order of a course."""
