"""A picture that moves: one figure, and what changes it into each of its frames."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from axone.messages import Message

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = (8.0, 5.0)
"""Inches: 800 by 500 pixels."""


@dataclass(frozen=True, eq=False)
class Animation:
    """A picture that moves.

    Attributes
    ----------
    title : Message
    figure : matplotlib.figure.Figure
        Drawn for the first frame, 8 inches wide; its parts keep their places.
    captions : tuple of str
        What is seen in each frame: read aloud, and below the picture in a page. There are as many
        frames.
    show : callable
        Changes the figure into that of a frame, counted from 0; frames may come in any order.
    seconds : float
        How long a frame stands.
    hold : float, default 2
        How long the last one stands, before all begins again.
    """

    title: Message
    figure: "Figure"
    captions: tuple[str, ...]
    show: Callable[[int], None]
    seconds: float
    hold: float = 2.0

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return len(self.captions)
