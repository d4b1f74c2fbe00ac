"""Scenes on tables that somebody has measured, judged at the end by test rows."""

from axone.messages import _
from axone.playground.scenes.conditions import HiddenLayers, Parameters, Score
from axone.playground.scenes.designing import TABLES, dense, design, optimizer
from axone.playground.scenes.scene import Scene

_BOTH = {"validation": 0.2, "test": 0.2}

SCENES = (
    Scene(
        name="iris-small",
        chapter=TABLES,
        title=_("Iris with forty parameters"),
        question=_(
            "Tell three species by four measures: 95 percent of the validation rows with no more "
            "than "
            "40 parameters."
        ),
        kind="reach",
        hints=(
            _("Four hidden units make 4·4 + 4 + 4·3 + 3 = 35."),
            _("It needs no hidden layer at all, if you give it time."),
        ),
        design=design("iris", [dense(16, "relu")], {"optimizer": optimizer("adam", 0.03)}),
        check=(Parameters(40), Score("validation", "accuracy", 0.95)),
    ),
    Scene(
        name="wine-test",
        chapter=TABLES,
        title=_("Wine, judged at the end"),
        question=_(
            "Choose by the validation rows, and be judged by the test rows: 95 percent of both."
        ),
        kind="reach",
        hints=(
            _("At this rate it would take thousands of epochs."),
            _("A small network that is stopped early does well here."),
        ),
        design=design("wine", [dense(8)], {"optimizer": optimizer("sgd", 1e-4)}, data=_BOTH),
        check=(Score("validation", "accuracy", 0.95), Score("test", "accuracy", 0.95)),
    ),
    Scene(
        name="diabetes-test",
        chapter=TABLES,
        title=_("Diabetes, a noisy table"),
        question=_(
            "Ten measures say about half of how the illness goes on. Reach an R² of 0.4 on "
            "validation rows and of 0.3 on test rows."
        ),
        kind="reach",
        hints=(
            _("More units learn these rows by heart, and nothing else."),
            _("Few units, some L2, and an early end: look when the validation loss turns."),
        ),
        design=design(
            "diabetes",
            [dense(64, "relu"), dense(64, "relu")],
            {"optimizer": optimizer("adam", 0.01)},
            data=_BOTH,
        ),
        check=(Score("validation", "r2", 0.4), Score("test", "r2", 0.3)),
    ),
    Scene(
        name="breast-cancer-without-hidden-units",
        chapter=TABLES,
        title=_("Breast cancer by a sum"),
        question=_(
            "Thirty measures, two classes: get 95 percent of the test rows right without a "
            "hidden layer."
        ),
        kind="reach",
        hints=(
            _("With softmax and no hidden layer it is a logistic regression."),
            _("A rate of 0.05 and 50 epochs are enough."),
        ),
        design=design(
            "breast_cancer",
            [dense(32, "relu"), dense(16, "relu")],
            {"optimizer": optimizer("sgd", 0.05)},
            data=_BOTH,
        ),
        check=(HiddenLayers(at_most=0), Score("test", "accuracy", 0.95)),
    ),
)
"""In the order of a course."""
