"""What a check-up tells: one thing looked at, and all of them together."""

from dataclasses import dataclass
from typing import Any, Literal

from axone.messages import Message
from axone.training.range_test import RangeTest

Verdict = Literal["good", "look", "wrong"]


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Attributes
    ----------
    code : str
    verdict : {"good", "look", "wrong"}
        "look" where somebody should.
    words : Message
        What was found.
    """

    code: str
    verdict: Verdict
    words: Message

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        return {
            "code": self.code,
            "verdict": self.verdict,
            "text": str(self.words),
            "figures": dict(self.words.figures),
        }


@dataclass(frozen=True)
class CheckUp:
    """What a check-up found.

    Attributes
    ----------
    checks : tuple of Check
    range_test : RangeTest or None
        None for an optimiser that finds the length of its steps itself.
    learning_rate : float
        The experiment's own.
    """

    checks: tuple[Check, ...]
    range_test: RangeTest | None
    learning_rate: float

    def to_data(self) -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        tested = self.range_test
        return {
            "checks": [check.to_data() for check in self.checks],
            "learning_rate": self.learning_rate,
            "suggested_learning_rate": None if tested is None else tested.suggestion,
        }
