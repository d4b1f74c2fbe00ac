"""The catalogue that the page's forms are made of: complete, plain, and true to the tables."""

import dataclasses
import json

import pytest

from axone.activations import ACTIVATIONS
from axone.data import list_datasets, load_dataset
from axone.data.generated import GENERATORS
from axone.optimizers import OPTIMIZERS
from axone.playground.catalogue import FAMILIES, catalogue
from axone.playground.sources import Sources
from axone.registry import plain

CATALOGUE = catalogue(Sources())


def entry(family, name):
    return next(each for each in CATALOGUE[family] if each["name"] == name)


def setting(family, member, name):
    return next(each for each in entry(family, member)["settings"] if each["name"] == name)


def test_the_catalogue_is_plain_json():
    assert json.loads(json.dumps(CATALOGUE)) == CATALOGUE


@pytest.mark.parametrize("family", FAMILIES)
def test_every_member_of_a_table_stands_in_it_with_all_its_settings(family):
    registry = FAMILIES[family]
    found = {each["name"]: [one["name"] for one in each["settings"]] for each in CATALOGUE[family]}
    expected = {
        name: [field.name for field in dataclasses.fields(registry.member(name)) if field.init]
        for name in registry
    }
    assert found == expected


@pytest.mark.parametrize("family", FAMILIES)
def test_the_defaults_of_the_catalogue_build_the_member_of_its_name_alone(family):
    registry = FAMILIES[family]
    for each in CATALOGUE[family]:
        if any(one.get("required") for one in each["settings"]):
            continue
        given = {one["name"]: one["default"] for one in each["settings"]}
        assert plain(registry.resolve({"name": each["name"], **given})) == plain(
            registry.resolve(each["name"])
        )


@pytest.mark.parametrize("family", FAMILIES)
def test_a_member_that_needs_settings_can_be_built_of_what_a_page_begins_with(family):
    nested = {"residual"}  # made of other layers: its panel asks for those
    for each in CATALOGUE[family]:
        needed = {one["name"]: one["start"] for one in each["settings"] if one.get("required")}
        if needed and each["name"] not in nested:
            built = FAMILIES[family].resolve({"name": each["name"], **needed})
            assert FAMILIES[family].name_of(built) == each["name"]


@pytest.mark.parametrize(
    ("family", "member", "name", "expected"),
    [
        ("optimizers", "adam", "learning_rate", {"kind": "float", "default": 0.001}),
        ("optimizers", "lbfgs", "loss_tolerance", {"kind": "float", "optional": True}),
        ("layers", "dense", "units", {"kind": "int", "required": True}),
        ("layers", "dense", "bias", {"kind": "bool", "default": True}),
        ("layers", "dense", "activation", {"kind": "member", "of": "activations"}),
        ("layers", "dense", "initializer", {"of": "initializers", "optional": True}),
        ("layers", "conv2d", "kernel_size", {"kind": "list"}),
        ("layers", "global_pool", "function", {"kind": "choice", "choices": ["average", "max"]}),
        ("layers", "recurrent", "cell", {"kind": "member", "of": "cells"}),
        ("schedules", "warmup", "after", {"kind": "member", "of": "schedules"}),
        ("activations", "formula", "formula", {"kind": "text", "required": True}),
    ],
)
def test_a_setting_says_what_kind_of_control_it_needs(family, member, name, expected):
    assert expected.items() <= setting(family, member, name).items()


@pytest.mark.parametrize("member", ["momentum", "adam"])
def test_the_words_of_a_setting_are_those_that_its_member_takes(member):
    words = setting("optimizers", member, "form")["choices"]
    assert len(words) >= 2
    for word in words:
        assert OPTIMIZERS.resolve({"name": member, "form": word}).form == word


def test_activations_are_offered_in_the_order_of_their_table():
    assert [each["name"] for each in CATALOGUE["activations"]] == list(ACTIVATIONS)


def test_no_dataset_is_offered_that_would_have_to_be_fetched():
    offered = {each["name"] for each in CATALOGUE["datasets"]}
    assert offered == {info.name for info in list_datasets() if info.where != "download"}


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generated_set_is_made_with_the_options_that_the_catalogue_offers(name):
    options = {each["name"]: each["default"] for each in entry("datasets", name)["options"]}
    options["rows"] = 12
    assert len(load_dataset(name, options=options).X) == 12


def test_the_bounds_of_an_option_are_those_of_the_generator():
    rows = next(each for each in entry("datasets", "moons")["options"] if each["name"] == "rows")
    assert (rows["kind"], rows["least"], rows["default"]) == ("int", 10, 1000)


def test_a_set_in_the_plane_shows_what_it_looks_like_and_its_classes():
    points = entry("datasets", "circles")["preview"]
    assert {label for *_, label in points} == {0, 1}
    distance = {0: [], 1: []}
    for x, y, label in points:
        distance[label].append((x - 0.5) ** 2 + (y - 0.5) ** 2)
    assert max(distance[1]) < sum(distance[0]) / len(distance[0])  # the inner circle is inside


def test_files_that_were_given_stand_beside_the_sets(tmp_path):
    given = Sources({"cars.csv": tmp_path / "cars.csv"})
    assert catalogue(given)["datasets"][-1]["name"] == "upload:cars.csv"
    assert catalogue(given)["datasets"][:-1] == CATALOGUE["datasets"]


@pytest.mark.parametrize(("name", "flat"), [("iris", True), ("moons", True), ("gunpoint", False)])
def test_the_catalogue_tells_rows_of_numbers_from_examples_with_a_shape(name, flat):
    known = {each["name"]: each["flat"] for each in CATALOGUE["datasets"]}
    if name in known:  # the data home may be empty
        assert known[name] is flat
