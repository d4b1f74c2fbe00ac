"""Scenes of numbers to be predicted: sums, products, and what lies beyond the rows."""

from axone.messages import _
from axone.playground.scenes.conditions import (
    Epochs,
    HiddenLayers,
    HiddenUnits,
    Parameters,
    Score,
)
from axone.playground.scenes.designing import REGRESSION, dense, design, optimizer
from axone.playground.scenes.scene import Scene

_SMALL = {"rows": 500, "range": [-10, 10]}

SCENES = (
    Scene(
        name="sums-without-hidden-units",
        chapter=REGRESSION,
        title=_("A calculator that adds"),
        question=_(
            "Three hidden layers learn to add. A sum is straight: reach an R² of 0.9999 without "
            "any of them."
        ),
        kind="reach",
        hints=(
            _("A network without hidden layers computes w₁·a + w₂·b + bias."),
            _("Read the two weights once it is trained."),
        ),
        design=design(
            "calculator",
            [dense(16, "relu")] * 3,
            {"optimizer": optimizer("sgd", 0.05)},
            options={"rows": 500},
        ),
        check=(HiddenLayers(at_most=0), Score("validation", "r2", 0.9999)),
    ),
    Scene(
        name="products-by-few-units",
        chapter=REGRESSION,
        title=_("A product of two numbers"),
        question=_(
            "No plane is a product. Approximate a·b with no more than six hidden units: an R² of "
            "0.97 on the validation rows."
        ),
        kind="reach",
        hints=(
            _("a·b is a saddle: units that bend are needed."),
            _("Four to six tanh units are enough; give them 200 epochs."),
        ),
        design=design(
            "calculator_product", [], {"optimizer": optimizer("adam", 0.03)}, options=_SMALL
        ),
        check=(HiddenUnits(6), Score("validation", "r2", 0.97)),
    ),
    Scene(
        name="hills",
        chapter=REGRESSION,
        title=_("A landscape of hills"),
        question=_(
            "Units of one layer add up: approximate the hills to an R² of 0.93 on the validation "
            "rows, with no more than 400 parameters."
        ),
        kind="reach",
        hints=(
            _("With more units the surface bends at more places; with a second layer more freely."),
            _("Two layers of 16 tanh units, for 200 epochs."),
        ),
        design=design(
            "hills",
            [dense(4)],
            {"optimizer": optimizer("adam", 0.02)},
            options={"rows": 600, "noise": 0.05},
        ),
        check=(Score("validation", "r2", 0.93), Parameters(400)),
    ),
    Scene(
        name="beyond-the-rows",
        chapter=REGRESSION,
        title=_("Beyond what it has seen"),
        question=_(
            "It multiplies numbers from −10 to 10. Train for 200 epochs, then step through 20 "
            "times 20: why is the answer so far off?"
        ),
        kind="look",
        hints=(
            _("Far out every tanh is flat, and the surface with it."),
            _("With ReLU units it goes on straight, and is wrong in another way."),
        ),
        design=design(
            "calculator_product",
            [dense(8)],
            {"optimizer": optimizer("adam", 0.03)},
            options=_SMALL,
        ),
        check=(Epochs(at_least=200),),
    ),
)
"""In the order of a course."""
