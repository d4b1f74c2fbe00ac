"""What a page may ask to see, and in which words the rest is refused."""

import numpy as np
import pytest

from axone.errors import AxoneError
from axone.playground.views import PARTS, View, obstacles
from axone.playground.views.inputs import possible_axes


def test_two_columns_are_the_plane_of_two_inputs_and_components_that_of_more(seen):
    assert seen("moons").view.plane == "columns"
    assert seen("moons").view.columns == (0, 1)
    assert seen("iris").view.plane == "components"


def test_columns_are_asked_for_by_place_or_by_name(seen):
    prepared = seen("iris").prepared
    names = [column.name for column in possible_axes(prepared)]
    by_name = View.from_data({"plane": {"kind": "columns", "columns": names[2:4]}}, prepared)
    by_place = View.from_data({"plane": {"columns": [2, 3]}}, prepared)
    assert by_name == by_place
    assert by_place.columns == (2, 3)


def test_what_is_left_out_of_a_view_has_its_default(seen):
    prepared = seen("moons").prepared
    assert View.from_data({"grid": 30}, prepared).grid == 30


def test_only_amounts_may_be_axes(seen_rows, table):
    prepared = seen_rows(table, data={"target": "price"}).prepared
    assert [column.name for column in possible_axes(prepared)] == ["size", "age"]
    with pytest.raises(AxoneError, match=r"two different columns of size, age"):
        View.from_data({"plane": {"columns": ["size", "colour=red"]}}, prepared)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([], "view must be an object"),
        ({"colour": 1}, "view"),
        ({"plane": "columns"}, "plane must be an object"),
        ({"plane": {"kind": "sphere"}}, "plane.kind"),
        ({"plane": {"columns": [0, 0]}}, "two different columns"),
        ({"plane": {"columns": [0, 9]}}, "two different columns"),
        ({"plane": {"columns": [True, 0]}}, "two different columns"),
        ({"plane": {"columns": [[], {}]}}, "two different columns"),
        ({"plane": {"columns": "01"}}, "two different columns"),
        ({"parts": "surface"}, "parts must be a list"),
        ({"parts": ["surface", "secrets"]}, "parts"),
        ({"parts": [["surface"]]}, "parts"),
        ({"parts": ["links"] * 1000}, "parts must be a list"),
        ({"grid": 9}, "grid must be at least 10"),
        ({"grid": 101}, "grid must be at most 100"),
        ({"grid": 50.5}, "grid must be a whole number"),
        ({"unit_grid": "24"}, "unit_grid must be a whole number"),
        ({"example": {"part": "all"}}, "example.part"),
        ({"example": {"row": -1}}, "example.row must be at least 0"),
        ({"example": {"row": 10**30}}, "example.row must be at most"),
        ({"target": 1}, "target must be at most 0"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(seen, asked, words):
    prepared = seen("moons", data={"options": {"rows": 40}}).prepared
    with pytest.raises(AxoneError, match=words):
        View.from_data(asked, prepared)


def test_the_plane_is_described_in_the_units_of_its_columns(seen):
    looked = seen("iris", {"plane": {"columns": [0, 2]}})
    told = looked.stage.to_data()
    assert told["plane"]["names"] == ["sepal length (cm)", "petal length (cm)"]
    cells = looked.prepared.dataset.X[looked.prepared.parts["train"].numbers]
    for place, (low, high) in zip((0, 2), told["plane"]["ranges"], strict=True):
        column = cells[:, place]
        assert low == pytest.approx(column.min() - 0.06 * np.ptp(column), rel=1e-5)
        assert high == pytest.approx(column.max() + 0.06 * np.ptp(column), rel=1e-5)
    assert told["points"] == {"shown": 150, "of": 150}
    assert told["columns"][2] == {"place": 2, "name": "petal length (cm)"}
    assert set(told["parts"]) == set(PARTS) - {"residuals", "maps"}


def test_what_cannot_be_shown_is_said_with_the_reason(seen, seen_rows):
    of_classes = obstacles(seen("iris").prepared)
    of_numbers = obstacles(seen("diabetes").prepared)
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    of_images = obstacles(seen_rows((images, np.arange(40) % 2)).prepared)
    assert [*of_classes] == ["maps", "residuals"]
    assert [*of_numbers] == ["maps", "confusion"]
    assert [*of_images] == ["surface", "residuals"]
    assert "images" in of_images["surface"]
