"""What a condition of a scene is: it must hold of an attempt, and says in words how far it does."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

from axone.messages import Message
from axone.playground.scenes.progress import Progress


class Verdict(NamedTuple):
    """Whether a condition is fulfilled, and how far, in words."""

    met: bool
    words: Message

    def __bool__(self) -> bool:
        return self.met


class Condition(ABC):
    """Something that must hold of an attempt."""

    needs_findings: ClassVar[bool] = False

    @abstractmethod
    def judge(self, progress: Progress) -> Verdict:
        """Say whether it holds, and what is reached or missing."""
