"""Scenes of networks that read one position after the other."""

from axone.messages import _
from axone.playground.scenes.conditions import Contains, Parameters, Score
from axone.playground.scenes.designing import RECURRENCE, design, optimizer
from axone.playground.scenes.scene import Scene

_SEQUENCE = {"name": "reshape", "shape": [8, 8]}
_LAST = {"name": "last_step"}

SCENES = (
    Scene(
        name="digits-step-by-step",
        chapter=RECURRENCE,
        title=_("Digits read step by step"),
        question=_(
            "Nothing is remembered here: only the last of eight positions is looked at. Put a "
            "recurrent layer in, and get 90 percent of the validation rows right."
        ),
        kind="reach",
        hints=(
            _("It reads the positions one by one and keeps what it needs in its state."),
            _("A gru of 24 units before last_step."),
        ),
        design=design("digits", [_SEQUENCE, _LAST], {"optimizer": optimizer("adam", 0.01)}),
        check=(Contains("recurrent"), Score("validation", "accuracy", 0.9)),
    ),
    Scene(
        name="a-smaller-memory",
        chapter=RECURRENCE,
        title=_("A smaller memory"),
        question=_(
            "An LSTM of 32 units has more than 5,000 weights. Get 90 percent of the validation "
            "rows "
            "right with no more than 1,500 parameters."
        ),
        kind="reach",
        hints=(
            _("An lstm has four sums for each unit, a gru three, a simple cell one."),
            _("A gru of 16 units has 1,216 weights and biases."),
        ),
        design=design(
            "digits",
            [_SEQUENCE, {"name": "lstm", "units": 32}, _LAST],
            {"optimizer": optimizer("adam", 0.01)},
        ),
        check=(
            Contains("recurrent"),
            Parameters(1500),
            Score("validation", "accuracy", 0.9),
        ),
    ),
)
"""In the order of a course."""
