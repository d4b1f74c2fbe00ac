"""The numbers at the ticks of an axis, as the language in use writes them.

Matplotlib knows the decimal sign of the C locale alone, which belongs to the whole process and to
other libraries in it; so its formatters are told here what to make of their English. Imported where
a picture is drawn, for it imports Matplotlib.
"""

from matplotlib import ticker
from matplotlib.axis import Axis

from axone.messages import formatted, in_marks_of_language


class NumberFormatter(ticker.Formatter):
    """Write each number by one format.

    Parameters
    ----------
    spec : str
        Such as ``"g"`` or ``",.0f"``.
    """

    def __init__(self, spec: str) -> None:
        self.spec = spec

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of a tick."""
        return str(formatted(x, self.spec))


class Scalars(ticker.ScalarFormatter):
    """Matplotlib's own way, as many digits as tell the ticks apart."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of a tick."""
        return in_marks_of_language(super().__call__(x, pos))

    def get_offset(self) -> str:
        """Return what all labels are to be multiplied by, or what is to be added to them."""
        return in_marks_of_language(super().get_offset())


class Shares(ticker.PercentFormatter):
    """Matplotlib's percentages."""

    def format_pct(self, x: float, display_range: float) -> str:
        """Return the label of a tick."""
        return in_marks_of_language(super().format_pct(x, display_range))


def speak(axis: Axis) -> None:
    """Give an axis whose ticks Matplotlib would write the way of the language in use."""
    if type(axis.get_major_formatter()) is ticker.ScalarFormatter:
        default = axis.isDefault_majfmt
        axis.set_major_formatter(Scalars())
        # Another scale, or names in place of numbers, may bring a formatter of their own still.
        axis.isDefault_majfmt = default
