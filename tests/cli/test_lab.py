"""`axone lab`: its experiments, their knobs as options, where pictures go, and what it refuses."""

import json
import sys
from importlib.util import find_spec

import pytest
from PIL import Image

import axone as ax
from axone.cli.commands import EXPERIMENTS
from axone.lab.knobs import settings_of
from axone.messages import use_language

PNG = b"\x89PNG"
WRITTEN = [each for each in EXPERIMENTS if find_spec(f"axone.lab.{each.name.replace('-', '_')}")]
QUICK = ("gradient-descent", "--steps", "2")


@pytest.fixture(autouse=True)
def _speaking_english_again(monkeypatch):
    monkeypatch.setenv("AXONE_LANG", "en")
    yield
    use_language("en")


def test_alone_it_lists_every_experiment(axone):
    shown = axone("lab").stdout
    for experiment in EXPERIMENTS:
        assert f"│ {experiment.name} " in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_the_list_and_the_module_name_the_same_experiments():
    names = {experiment.name.replace("-", "_") for experiment in EXPERIMENTS}
    assert names == set(ax.lab.__all__) - {"LABS", "Column", "Observation"}


@pytest.mark.parametrize("experiment", WRITTEN, ids=lambda experiment: experiment.name)
def test_help_shows_a_call_and_every_knob(axone, experiment):
    shown = axone("lab", experiment.name, "--help").stdout
    assert f"axone lab {experiment.name}" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    function = getattr(ax.lab, experiment.name.replace("-", "_"))
    for option in [*settings_of(function), "out", "json", "theme"]:
        assert f"--{option.replace('_', '-')} " in shown.replace("/", " ")


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)
def test_lines_of_help_fit_a_terminal(experiment):
    assert max(map(len, experiment.help.english.splitlines())) <= 79


@pytest.mark.parametrize("experiment", WRITTEN, ids=lambda experiment: experiment.name)
def test_a_default_is_one_that_its_knob_allows(experiment):
    for setting in settings_of(getattr(ax.lab, experiment.name.replace("-", "_"))).values():
        assert setting.checked(setting.default) == setting.default


def test_progress_is_no_option(axone):
    assert "progress" not in axone("lab", "ensembles", "--help").stdout


def test_what_is_printed_is_what_python_shows(axone, here):
    shown = axone("lab", *QUICK).stdout
    assert shown == f"{ax.lab.gradient_descent(steps=2)}\n\nPicture: gradient-descent.png\n"
    assert (here / "gradient-descent.png").read_bytes().startswith(PNG)


def test_an_option_turns_the_knob(axone):
    told = json.loads(axone("lab", *QUICK, "--rate", "0.01", "--json").stdout)
    assert told["settings"] == {"rate": 0.01, "steps": 2}
    assert [row["step"] for row in told["rows"]] == [0, 1, 2]


@pytest.mark.parametrize("name", ["gradient-descent", "double-descent"])
def test_json_is_nothing_but_json_and_leaves_no_file(axone, here, name):
    few = ("--steps", 2) if name == "gradient-descent" else ("--rows", 10, "--draws", 1)
    result = axone("lab", name, *few, "--json")
    told = json.loads(result.stdout)
    assert told["name"] == name
    assert result.stderr == ""
    assert list(here.iterdir()) == []


def test_json_is_the_same_in_every_language(axone):
    words = ("lab", "ensembles", "--members", 2, "--epochs", 2, "--json")
    assert axone("--lang", "fr", *words).stdout == axone("--lang", "en", *words).stdout


def test_json_with_a_folder_draws_the_picture(axone, here):
    json.loads(axone("lab", *QUICK, "--json", "--out", "pictures").stdout)
    assert (here / "pictures" / "gradient-descent.png").read_bytes().startswith(PNG)


def test_the_folder_of_the_picture_is_made(axone, here):
    shown = axone("lab", *QUICK, "--out", "some/pictures").stdout
    assert shown.endswith("Picture: some/pictures/gradient-descent.png\n")
    assert (here / "some/pictures/gradient-descent.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_theme_is_that_of_the_picture(axone, here, ground):
    axone("lab", *QUICK, "--theme", ground)
    corner = Image.open(here / "gradient-descent.png").convert("L").getpixel((0, 0))
    assert (corner > 128) == (ground == "light")


def test_several_values_are_listed_with_commas(axone):
    words = ("lab", "extrapolation", "--steps", 1, "--rows", " 20, 10 ", "--json")
    told = json.loads(axone(*words).stdout)
    assert told["settings"]["rows"] == [10, 20]


def test_an_unknown_name_is_answered_by_a_like_one(refused):
    assert "Did you mean 'gradient-descent'" in refused("lab", "gradient-decent")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("gradient-descent", "--rate", "0"), "rate must be greater than 0"),
        (("gradient-descent", "--rate", "nan"), "rate must be greater than 0"),
        (("gradient-descent", "--steps", "1001"), "steps must be at most 1,000, not 1001."),
        (("gradient-descent", "--theme", "pink"), "unknown theme 'pink'"),
        (("extrapolation", "--operation", "divide"), "operation must be one of 'add', 'multiply'"),
        (("extrapolation", "--rows", "9"), "rows must be at least 10, not 9."),
        (("extrapolation", "--rows", "100,x"), "--rows takes numbers with commas"),
        (("extrapolation", "--rows", "10.5"), "--rows takes whole numbers with commas"),
        (("extrapolation", "--rows", "nan"), "--rows takes whole numbers with commas"),
        (("extrapolation", "--rows", "1e400"), "--rows takes whole numbers with commas"),
        (("extrapolation", "--rows", ","), "rows: give 1 to 4 of them"),
        (("extrapolation", "--rows", "10,11,12,13,14"), "rows: give 1 to 4 of them"),
        (("ensembles", "--seed", "-1"), "seed must be at least 0"),
    ],
)
def test_a_bad_value_is_told_in_one_line(refused, here, words, told):
    said = refused("lab", *words, "--out", "pictures")
    assert said.startswith("Error: ")
    assert told in said
    assert said.count("\n") == 1
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    "words", [("--rate", "fast"), ("--steps", "1.5"), ("--speed", "2"), ("more",)]
)
def test_words_that_are_no_values_are_refused(refused, words):
    assert words[0] in refused("lab", "gradient-descent", *words)


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_trained(
    refused, write, monkeypatch
):
    assert callable(ax.lab.double_descent)  # its module is there
    write("pictures", "a file, no folder")
    monkeypatch.setattr(sys.modules["axone.lab.double_descent"], "_one_draw", None)
    said = refused("lab", "double-descent", "--out", "pictures")
    assert said.startswith("Error: Cannot write pictures")


def test_it_speaks_french(axone):
    shown = axone("--lang", "fr", "lab", *QUICK).stdout
    assert "13,5000" in shown
