"""Scenes of what a line separates, and of what needs a hidden layer."""

from axone.messages import _
from axone.playground.scenes.conditions import Epochs, HiddenLayers, HiddenUnits, Parameters, Score
from axone.playground.scenes.designing import (
    HELD_OUT,
    NONE_HELD_OUT,
    PERCEPTRON,
    dense,
    design,
    optimizer,
)
from axone.playground.scenes.scene import Scene

SCENES = (
    Scene(
        name="and-by-a-line",
        chapter=PERCEPTRON,
        title=_("AND needs a line, no more"),
        question=_(
            "The network solves AND with a hidden layer that it does not need. Take out what is "
            "not needed, and get every row right all the same."
        ),
        kind="reach",
        hints=(
            _("A network without hidden layers draws a single straight line."),
            _("Only (1, 1) is to be told from the other three corners: one line does it."),
        ),
        design=design(
            "and",
            [dense(4)],
            {"optimizer": optimizer("adam", 0.05)},
            options={"rows": 80, "noise": 0.08},
            data=NONE_HELD_OUT,
        ),
        check=(HiddenLayers(at_most=0), Score("train", "accuracy", 1.0)),
    ),
    Scene(
        name="xor-without-hidden-units",
        chapter=PERCEPTRON,
        title=_("XOR, and no line that solves it"),
        question=_(
            "Train for 200 epochs without a hidden layer, and watch the line look for its place. "
            "How many of the four rows does it ever get right?"
        ),
        kind="look",
        hints=(
            _("Opposite corners belong together: try to draw the line yourself."),
            _("The loss ends at ln 2 = 0.693: the network answers one half everywhere."),
        ),
        design=design("xor", [], {"optimizer": optimizer("adam", 0.05)}, data=NONE_HELD_OUT),
        check=(HiddenLayers(at_most=0), Epochs(at_least=200)),
    ),
    Scene(
        name="xor-by-a-hidden-layer",
        chapter=PERCEPTRON,
        title=_("XOR by a hidden layer"),
        question=_("Add what is missing, so that all four rows are right."),
        kind="reach",
        hints=(
            _("Two lines are needed, and a unit that puts them together."),
            _("Put a hidden layer of four units in, and train for some hundred epochs."),
        ),
        design=design("xor", [], {"optimizer": optimizer("adam", 0.05)}, data=NONE_HELD_OUT),
        check=(Score("train", "accuracy", 1.0),),
    ),
    Scene(
        name="xor-by-fewest-units",
        chapter=PERCEPTRON,
        title=_("XOR by the fewest units"),
        question=_("How few hidden units solve XOR? Get all four rows right with two."),
        kind="reach",
        hints=(
            _("Two are enough, but not from all first weights: other seeds begin elsewhere."),
            _("Look at the two lines of the hidden units; where they are parallel, begin anew."),
        ),
        design=design(
            "xor", [dense(8)], {"optimizer": optimizer("adam", 0.05)}, data=NONE_HELD_OUT
        ),
        check=(HiddenUnits(2), Score("train", "accuracy", 1.0)),
    ),
    Scene(
        name="circle-by-three-lines",
        chapter=PERCEPTRON,
        title=_("A circle of three lines"),
        question=_(
            "Enclose the inner ring with as few hidden units as can do it, and still get 97 "
            "percent of "
            "the validation rows right."
        ),
        kind="reach",
        hints=(
            _("Each unit of the first layer is a line: how many lines enclose a piece of plane?"),
            _("A triangle has three sides."),
        ),
        design=design(
            "circles",
            [dense(8)],
            {"optimizer": optimizer("adam", 0.03)},
            options={"rows": 400, "noise": 0.08},
            data=HELD_OUT,
        ),
        check=(HiddenUnits(3), Score("validation", "accuracy", 0.97)),
    ),
    Scene(
        name="two-spirals",
        chapter=PERCEPTRON,
        title=_("Two spirals"),
        question=_(
            "Tell the arms of two spirals apart: 97 percent of the validation rows, with no more "
            "than "
            "400 parameters."
        ),
        kind="reach",
        hints=(
            _("One hidden layer draws lines; a second one puts regions together."),
            _("Two layers of 16 units have 354 parameters."),
        ),
        design=design(
            "spirals",
            [dense(4)],
            {"optimizer": optimizer("adam", 0.02)},
            options={"rows": 600, "noise": 0.1},
            data=HELD_OUT,
        ),
        check=(Score("validation", "accuracy", 0.97), Parameters(400)),
    ),
)
"""In the order of a course."""
