"""Scenes of what σ does to a network: nothing, flat ends, dead units, gradients that fade."""

from axone.messages import _
from axone.playground.scenes.conditions import (
    Activations,
    Gone,
    HiddenLayers,
    HiddenUnits,
    Score,
)
from axone.playground.scenes.designing import ACTIVATIONS, dense, design, optimizer
from axone.playground.scenes.scene import Scene

_MOONS = {"rows": 400, "noise": 0.15}

SCENES = (
    Scene(
        name="layers-without-activation",
        chapter=ACTIVATIONS,
        title=_("Deep, and still a line"),
        question=_(
            "Three hidden layers draw no more than a line. Change what is between them, and get "
            "97 percent of the validation rows right."
        ),
        kind="reach",
        hints=(
            _("Sums of sums are sums: without an activation all layers are one."),
            _("Any activation that bends will do: tanh, for one."),
        ),
        design=design(
            "circles",
            [dense(8, "identity"), dense(8, "identity"), dense(8, "identity")],
            {"optimizer": optimizer("adam", 0.02)},
            options={"rows": 400, "noise": 0.08},
        ),
        check=(Score("validation", "accuracy", 0.97), HiddenUnits(24)),
    ),
    Scene(
        name="dead-units",
        chapter=ACTIVATIONS,
        title=_("Dead ReLU units"),
        question=_(
            "Units that give 0 for every row learn no more. Bring them to life, and get 95 "
            "percent of "
            "the validation rows right."
        ),
        kind="mend",
        hints=(
            _("Their biases begin at −6: no sum comes above 0, where the slope is."),
            _("Begin with other biases, or take an activation that is nowhere flat."),
        ),
        design=design(
            "moons",
            [dense(16, "relu", bias_initializer={"name": "constant", "value": -6.0})],
            {"optimizer": optimizer("sgd", 0.1)},
            options=_MOONS,
        ),
        check=(Gone("dead_units"), Score("validation", "accuracy", 0.95)),
    ),
    Scene(
        name="vanishing-gradients",
        chapter=ACTIVATIONS,
        title=_("Gradients that vanish"),
        question=_(
            "Eight layers of sigmoids hand back nearly nothing to the first. Let it learn without "
            "taking layers out: 90 percent of the validation rows."
        ),
        kind="mend",
        hints=(
            _("A sigmoid hands on a quarter of the gradient at best: 0.25 to the power of 8."),
            _("Units that are not flat help, and so does batch normalisation between layers."),
        ),
        design=design(
            "moons",
            [dense(8, "sigmoid")] * 8,
            {"optimizer": optimizer("sgd", 0.3)},
            options=_MOONS,
        ),
        check=(
            Gone("vanishing_gradients"),
            HiddenLayers(at_least=8),
            Score("validation", "accuracy", 0.9),
        ),
    ),
    Scene(
        name="saturated-units",
        chapter=ACTIVATIONS,
        title=_("Units at their flat ends"),
        question=_(
            "The first weights are so large that every tanh says −1 or 1. Mend it, and get 95 "
            "percent of the validation rows right."
        ),
        kind="mend",
        hints=(
            _("Where tanh is flat its slope is next to 0, and nothing is learnt."),
            _("Leave the initialiser of the layers to what suits tanh."),
        ),
        design=design(
            "moons",
            [dense(16, initializer={"name": "normal", "standard_deviation": 50.0})] * 2,
            {"optimizer": optimizer("sgd", 0.1)},
            options=_MOONS,
        ),
        check=(Gone("saturated_units"), Score("validation", "accuracy", 0.95)),
    ),
    Scene(
        name="own-activation",
        chapter=ACTIVATIONS,
        title=_("An activation of your own"),
        question=_(
            "Write a formula in z as the activation, and tell the three spirals apart with it: "
            "90 percent of the validation rows."
        ),
        kind="reach",
        hints=(
            _("z * sigmoid(1.5*z) is one; sin(z) is another."),
            _("Spirals turn, and so does the sine: two layers of 16 units of it."),
        ),
        design=design(
            "three_spirals",
            [dense(16), dense(16)],
            {"optimizer": optimizer("adam", 0.02)},
            options={"rows": 600, "noise": 0.1},
        ),
        check=(Activations(("formula",)), Score("validation", "accuracy", 0.9)),
    ),
)
"""In the order of a course."""
