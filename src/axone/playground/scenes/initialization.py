"""Scenes of first weights that are all alike, or far too large."""

from axone.messages import _
from axone.playground.scenes.conditions import Gone, HiddenLayers, Score
from axone.playground.scenes.designing import INITIALIZATION, dense, design, optimizer
from axone.playground.scenes.scene import Scene

_MOONS = {"rows": 400, "noise": 0.15}
_ALIKE = {"name": "constant", "value": 0.5}
_LARGE = {"name": "normal", "standard_deviation": 2.0}

SCENES = (
    Scene(
        name="symmetric-weights",
        chapter=INITIALIZATION,
        title=_("Eight units that are one"),
        question=_(
            "All units of the first layer draw the same line, however long they learn. Break the "
            "symmetry, and get 97 percent of the validation rows right."
        ),
        kind="mend",
        hints=(
            _("Units that begin alike get the same gradient, and stay alike."),
            _("The initialiser of both layers is a constant: leave it out."),
        ),
        design=design(
            "moons",
            [dense(8, initializer=_ALIKE), dense(8, initializer=_ALIKE)],
            {"optimizer": optimizer("adam", 0.03)},
            options=_MOONS,
        ),
        check=(Gone("symmetric_weights"), Score("validation", "accuracy", 0.97)),
    ),
    Scene(
        name="exploding-gradients",
        chapter=INITIALIZATION,
        title=_("First weights too large"),
        question=_(
            "Every layer makes its sums larger than the one before, and the first step throws "
            "the network off. Mend it, and get 95 percent of the validation rows right."
        ),
        kind="mend",
        hints=(
            _("32 inputs with weights of size 2 make sums of size 11, layer after layer."),
            _("He's initialiser, which ReLU units have by themselves, keeps sizes as they are."),
        ),
        design=design(
            "moons",
            [dense(32, "relu", initializer=_LARGE)] * 5,
            {"optimizer": optimizer("sgd", 0.01)},
            options=_MOONS,
        ),
        check=(
            Gone("exploding_gradients"),
            HiddenLayers(at_least=5),
            Score("validation", "accuracy", 0.95),
        ),
    ),
    Scene(
        name="weights-of-zero",
        chapter=INITIALIZATION,
        title=_("Nothing but zeros"),
        question=_(
            "With weights of 0 not even the first step moves a hidden layer. Get 97 percent of the "
            "validation rows right."
        ),
        kind="reach",
        hints=(
            _("What a layer hands back goes through its weights: 0 times anything is 0."),
            _("Leave the initialisers out: by default they suit the activation."),
        ),
        design=design(
            "circles",
            [dense(8, "tanh", initializer="zeros"), dense(8, "tanh", initializer="zeros")],
            {"optimizer": optimizer("adam", 0.03)},
            options={"rows": 400, "noise": 0.08},
        ),
        check=(Score("validation", "accuracy", 0.97),),
    ),
)
"""In the order of a course."""
