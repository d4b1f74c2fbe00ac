"""Scenes of steps that are too small, too large, and too few."""

from axone.messages import _
from axone.playground.scenes.conditions import Epochs, Gone, Score, Uses
from axone.playground.scenes.designing import DESCENT, dense, design, optimizer
from axone.playground.scenes.scene import Scene

_MOONS = {"rows": 400, "noise": 0.15}

SCENES = (
    Scene(
        name="rate-too-low",
        chapter=DESCENT,
        title=_("Steps too small"),
        question=_(
            "The loss hardly falls. Find a learning rate with which plain SGD gets 95 percent of "
            "the "
            "validation rows right within 100 epochs."
        ),
        kind="reach",
        hints=(
            _("Multiply the rate by ten, again and again, and watch the loss."),
            _("Too large is told by a loss that jumps."),
        ),
        design=design("moons", [dense(16)], {"optimizer": optimizer("sgd", 1e-4)}, options=_MOONS),
        check=(
            Uses("training.optimizer", ("sgd",)),
            Score("validation", "accuracy", 0.95),
            Epochs(at_most=100),
        ),
        keep=("network.hidden_layers",),
    ),
    Scene(
        name="rate-too-high",
        chapter=DESCENT,
        title=_("Steps too large"),
        question=_(
            "Train: within an epoch the loss is no number any more. Mend the run, and get 90 "
            "percent of the validation rows right."
        ),
        kind="mend",
        hints=(
            _("Each step leaps across the valley and lands higher than it began."),
            _("Ask the diagnosis, and look at the learning rate that it suggests."),
        ),
        design=design(
            "iris", [dense(16, "relu"), dense(16, "relu")], {"optimizer": optimizer("sgd", 100.0)}
        ),
        check=(Gone("diverged"), Score("validation", "accuracy", 0.9)),
    ),
    Scene(
        name="batch-size",
        chapter=DESCENT,
        title=_("More steps from the same rows"),
        question=_(
            "All rows at once make one step an epoch. Without touching the learning rate, get "
            "90 percent of the validation rows right within 20 epochs."
        ),
        kind="reach",
        hints=(
            _("An epoch is one pass over the rows, whatever the size of a batch."),
            _("Batches of 8 rows make 38 steps an epoch of 300 rows."),
        ),
        design=design(
            "circles",
            [dense(16)],
            {"optimizer": optimizer("sgd", 0.3), "batch_size": 300},
            options={"rows": 400, "noise": 0.08},
        ),
        check=(Score("validation", "accuracy", 0.9), Epochs(at_most=20)),
        keep=("training.optimizer", "network.hidden_layers"),
    ),
    Scene(
        name="rate-turned-on-the-way",
        chapter=DESCENT,
        title=_("A rate that falls on the way"),
        question=_(
            "With batches of 4 rows and this rate the loss trembles. Train for 60 epochs, and "
            "turn the rate down while it runs: what becomes of the trembling?"
        ),
        kind="look",
        hints=(
            _("Every small batch pulls in a direction of its own; the rate says how far."),
            _("A schedule does the same by itself: try the cosine."),
        ),
        design=design(
            "moons",
            [dense(16)],
            {"optimizer": optimizer("sgd", 2.0), "batch_size": 4},
            options={"rows": 400, "noise": 0.25},
        ),
        check=(Epochs(at_least=60),),
    ),
)
"""In the order of a course."""
