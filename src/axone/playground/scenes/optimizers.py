"""Scenes of who gets down a valley soonest."""

from axone.messages import _
from axone.playground.scenes.conditions import Epochs, Loss, Score, Uses
from axone.playground.scenes.designing import OPTIMIZERS, dense, design, optimizer
from axone.playground.scenes.scene import Scene

SCENES = (
    Scene(
        name="faster-than-sgd",
        chapter=OPTIMIZERS,
        title=_("Faster than plain SGD"),
        question=_(
            "SGD takes long over these spirals. With the same network, get 95 percent of the "
            "validation "
            "rows right within 80 epochs."
        ),
        kind="reach",
        hints=(
            _("Momentum remembers the direction; Adam also measures how steep each weight is."),
            _("Rates do not carry over: Adam's is about 0.02 here."),
        ),
        design=design(
            "spirals",
            [dense(16), dense(16)],
            {"optimizer": optimizer("sgd", 0.05)},
            options={"rows": 600, "noise": 0.1},
        ),
        check=(Score("validation", "accuracy", 0.95), Epochs(at_most=80)),
        keep=("network.hidden_layers",),
    ),
    Scene(
        name="momentum",
        chapter=OPTIMIZERS,
        title=_("With a run-up"),
        question=_(
            "The same rate, but with a memory: bring the training loss below 0.1 within 60 "
            "epochs by momentum or Nesterov's."
        ),
        kind="reach",
        hints=(
            _("With β = 0.9 steps in one direction add up to ten times their length."),
            _("The form in use matters: one of them divides by what it adds up."),
        ),
        design=design(
            "moons",
            [dense(16)],
            {"optimizer": optimizer("sgd", 0.05)},
            options={"rows": 400, "noise": 0.1},
        ),
        check=(
            Uses("training.optimizer", ("momentum", "nesterov")),
            Loss("train", 0.1),
            Epochs(at_most=60),
        ),
        keep=("network.hidden_layers", "training.batch_size"),
    ),
    Scene(
        name="second-order",
        chapter=OPTIMIZERS,
        title=_("Steps that know the curvature"),
        question=_(
            "L-BFGS looks at all rows at once and finds the length of its steps itself. Bring "
            "the training loss of iris below 0.06 within 15 epochs with it."
        ),
        kind="reach",
        hints=(
            _("It has no learning rate."),
            _("An epoch of it is a step, and yet a few are enough for small tables."),
        ),
        design=design("iris", [dense(6)], {"optimizer": optimizer("sgd", 0.05)}),
        check=(
            Uses("training.optimizer", ("lbfgs",)),
            Loss("train", 0.06),
            Epochs(at_most=15),
        ),
    ),
)
"""In the order of a course."""
