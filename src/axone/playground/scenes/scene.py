"""What a ready-made scene is: a design to begin with, a question, and what answers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from axone.messages import Message
from axone.playground.scenes.conditions import Condition, Same, Verdict
from axone.playground.scenes.progress import Progress

Kind = Literal["look", "reach", "mend"]
"""Something to look at, a score to be reached, or a network that fails and is to be mended."""


@dataclass(frozen=True)
class Scene:
    """A scene, as data.

    Attributes
    ----------
    name : str
        What programs know it by, and addresses.
    chapter, title, question : Message
    kind : {"look", "reach", "mend"}
    hints : sequence of Message
        One after the other, for who asks.
    design : mapping
        As the page edits it.
    check : sequence of Condition
        Fulfilled together they answer the question.
    keep : sequence of str
        Settings, beside the data, that are part of the task.
    view : mapping
        What the page shows to begin with, as the question `view` takes it.
    """

    name: str
    chapter: Message
    title: Message
    question: Message
    kind: Kind
    hints: Sequence[Message]
    design: Mapping[str, Any]
    check: Sequence[Condition]
    keep: Sequence[str] = ()
    view: Mapping[str, Any] = field(default_factory=dict)

    @property
    def conditions(self) -> Sequence[Condition]:
        """All that must hold: what was asked for, on the data that were given."""
        rows = ("data.source", "data.options", "data.target", "data.validation", "data.test")
        return (*self.check, *(Same(key, self.design) for key in (*rows, *self.keep)))

    def asks_for_diagnosis(self) -> bool:
        """Say whether a condition is about what the diagnosis finds."""
        return any(condition.needs_findings for condition in self.check)

    def judged(self, progress: Progress) -> list[Verdict]:
        """Return for each condition whether it is fulfilled, and how far.

        Of what is to stay as it was only that is told which has not.
        """
        verdicts = [condition.judge(progress) for condition in self.conditions]
        asked = len(self.check)
        return verdicts[:asked] + [each for each in verdicts[asked:] if not each[0]]
