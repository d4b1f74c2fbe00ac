"""What a frame shows: pure functions of a prepared experiment, its weights and what is asked for.

`View.from_data` checks what a page asks for, `Stage.of` lays out what stays the same while a
network learns, and `frame_arrays` makes the arrays of one frame.
"""

from axone.playground.views.possible import obstacles
from axone.playground.views.showing import frame_arrays
from axone.playground.views.stage import Stage
from axone.playground.views.view import PARTS, View

__all__ = ["PARTS", "Stage", "View", "frame_arrays", "obstacles"]
