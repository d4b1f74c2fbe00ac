"""What a page asks to see: the plane, the parts of a frame, the fineness of the grid, an example.

What comes from a page is checked here, against the data and the network that are there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from axone.checks import check_choice, check_integer
from axone.errors import ArgumentTypeError, ConfigurationError
from axone.experiments.preparation import Prepared
from axone.messages import _, listed
from axone.playground.views.inputs import Axis, has_plane, input_count, possible_axes

PARTS = ("curves", "surface", "units", "links", "flow", "confusion", "residuals", "maps")
"""What a frame may show."""

FINEST_GRID, COARSEST_GRID = 100, 10

PlaneKind: TypeAlias = Literal["columns", "components", "line", "none"]

_FIELDS = ("plane", "parts", "grid", "unit_grid", "example", "target")


@dataclass(frozen=True)
class View:
    """What is to be seen, fitting the data.

    Attributes
    ----------
    plane : {"columns", "components", "line", "none"}
        Two inputs, two principal components, the only input there is, or none: of images, signals,
        sequences and tokens.
    columns : tuple of int
        Which of the network's inputs the axes are; empty for components.
    parts : tuple of str
        Of `PARTS`.
    grid : int
        Points each way of the surface, 10 … 100.
    unit_grid : int
        The same of the maps of single units.
    example : tuple of (str, int)
        The part and the place within it of the example whose feature maps are shown.
    target : int
        Which of several predicted numbers is shown.
    """

    plane: PlaneKind
    columns: tuple[int, ...] = ()
    parts: tuple[str, ...] = ("curves", "surface", "units", "links")
    grid: int = 50
    unit_grid: int = 24
    example: tuple[str, int] = ("train", 0)
    target: int = 0

    @classmethod
    def from_data(cls, data: Any, prepared: Prepared) -> "View":
        """Check what a page asks for; what it leaves out has its default.

        Parameters
        ----------
        data : mapping
            `plane`, as ``{"kind": "columns", "columns": [0, 1]}``, where a column is a place among
            the network's inputs or its name, or ``{"kind": "components"}``; `parts`, `grid`,
            `unit_grid`, `example`, as ``{"part": "train", "row": 0}``, and `target`.
        prepared : Prepared

        Raises
        ------
        ConfigurationError, ArgumentTypeError
            In words, with what is allowed.
        """
        given = _mapping("view", data, _FIELDS)
        kind, columns = _plane(given.get("plane"), prepared)
        grid, unit_grid = given.get("grid", cls.grid), given.get("unit_grid", cls.unit_grid)
        for name, value in (("grid", grid), ("unit_grid", unit_grid)):
            check_integer(name, value, at_least=COARSEST_GRID, at_most=FINEST_GRID)
        target = given.get("target", 0)
        numbers = max(1, len(prepared.target.names))
        check_integer("target", target, at_least=0, at_most=numbers - 1)
        return cls(
            kind,
            columns,
            _parts(given.get("parts", cls.parts)),
            int(grid),
            int(unit_grid),
            _example(given.get("example", {}), prepared),
            int(target),
        )


def _mapping(name: str, data: Any, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ArgumentTypeError(
            _("{name} must be an object of settings, not {found!r}.", name=name, found=data)
        )
    for key in data:
        check_choice(name, key, known)
    return data


def _parts(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or len(given) > len(PARTS):
        raise ArgumentTypeError(
            _(
                "parts must be a list of some of {known}, not {found!r}.",
                known=listed(PARTS),
                found=given,
            )
        )
    for part in given:
        check_choice("parts", part, PARTS)
    return tuple(dict.fromkeys(given))


def _example(given: Any, prepared: Prepared) -> tuple[str, int]:
    asked = _mapping("example", given, ("part", "row"))
    part, row = asked.get("part", "train"), asked.get("row", 0)
    check_choice("example.part", part, tuple(prepared.parts))
    check_integer("example.row", row, at_least=0, at_most=len(prepared.parts[part]) - 1)
    return part, int(row)


def _plane(given: Any, prepared: Prepared) -> tuple[PlaneKind, tuple[int, ...]]:
    """Return the plane that is asked for, or the one that is likeliest to tell something."""
    if not has_plane(prepared):
        return "none", ()
    choices = possible_axes(prepared)
    if input_count(prepared) == 1:
        return "line", (0,)
    if given is None:
        if len(choices) == 2 == input_count(prepared):
            return "columns", tuple(column.place for column in choices)
        return "components", ()
    asked = _mapping("plane", given, ("kind", "columns"))
    kind = asked.get("kind", "columns")
    check_choice("plane.kind", kind, ("columns", "components"))
    if kind == "components":
        return "components", ()
    return "columns", _two_columns(asked.get("columns"), choices)


def _two_columns(given: Any, choices: tuple[Axis, ...]) -> tuple[int, int]:
    by_name = {column.name: column.place for column in choices}
    by_place = {column.place: column.place for column in choices}
    wrong = ConfigurationError(
        _(
            "plane.columns must be two different columns of {known}, not {found!r}.",
            known=listed([*by_name][:20]) or _("none"),
            found=given,
        )
    )
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise wrong
    found = [
        by_name.get(each)
        if isinstance(each, str)
        else by_place.get(each)
        if isinstance(each, int) and not isinstance(each, bool)
        else None
        for each in given
    ]
    if found[0] is None or found[1] is None or found[0] == found[1]:
        raise wrong
    return found[0], found[1]
