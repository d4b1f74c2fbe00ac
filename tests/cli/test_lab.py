"""`axone lab`: its experiments, their knobs as options, where pictures go, and what it refuses."""

import json
import sys
from types import SimpleNamespace
from typing import Annotated

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

import axone as ax
from axone.cli.commands import EXPERIMENTS
from axone.cli.laboratory import command_of
from axone.lab import Column, Observation
from axone.lab.knobs import Knob, experiment, settings_of
from axone.messages import _, use_language
from axone.plots.style import new_figure

PNG = b"\x89PNG"
QUICK = ("gradient-descent", "--steps", "2")


@pytest.fixture(autouse=True)
def _speaking_english_again(monkeypatch):
    monkeypatch.setenv("AXONE_LANG", "en")
    yield
    use_language("en")


def test_alone_it_lists_every_experiment(axone):
    shown = axone("lab").stdout
    for lab in EXPERIMENTS:
        assert f"│ {lab.name} " in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_the_list_and_the_module_name_the_same_experiments():
    names = {lab.name.replace("-", "_") for lab in EXPERIMENTS}
    assert names == set(ax.lab.__all__) - {"LABS", "Column", "Observation"}


@pytest.mark.parametrize("lab", EXPERIMENTS, ids=lambda lab: lab.name)
def test_help_shows_a_call_and_every_knob(axone, lab):
    shown = axone("lab", lab.name, "--help").stdout
    assert f"axone lab {lab.name}" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())
    function = getattr(ax.lab, lab.name.replace("-", "_"))
    for option in [*settings_of(function), "out", "json", "theme"]:
        assert f"--{option.replace('_', '-')} " in shown.replace("/", " ")


@pytest.mark.parametrize("lab", EXPERIMENTS, ids=lambda lab: lab.name)
def test_lines_of_help_fit_a_terminal(lab):
    assert max(map(len, lab.help.english.splitlines())) <= 79


@pytest.mark.parametrize("lab", EXPERIMENTS, ids=lambda lab: lab.name)
def test_a_default_is_one_that_its_knob_allows(lab):
    for setting in settings_of(getattr(ax.lab, lab.name.replace("-", "_"))).values():
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


@experiment
def made_up(
    *,
    counts: Annotated[tuple[int, ...], Knob(_("Counts."), at_least=1, at_most=9)] = (1, 2),
    words: Annotated[tuple[str, ...], Knob(_("Words."), choices=("a", "b"))] = ("a",),
    on: Annotated[bool, Knob(_("Whether."))] = False,
):
    """Return what it was given."""
    return Observation(
        name="made-up",
        title=_("x"),
        columns=(Column("x", _("x")),),
        rows=(),
        sentences=(_("x"), _("y"), _("z")),
        settings={"counts": counts, "words": words, "on": on},
        draw=lambda: new_figure("x"),
    )


@pytest.fixture
def typed():
    app = typer.Typer()
    app.command("made-up")(command_of(SimpleNamespace(name="made-up", function=lambda: made_up)))

    def run(*words, status=0):
        found = CliRunner().invoke(app, [*words, "--json"])
        assert found.exit_code == status, found.output
        return found.output

    return run


def test_what_is_typed_is_taken(typed):
    settings = json.loads(typed("--counts", "3, 4,", "--words", "b,a", "--on"))["settings"]
    assert settings == {"counts": [3, 4], "words": ["b", "a"], "on": True}
    assert json.loads(typed())["settings"] == {"counts": [1, 2], "words": ["a"], "on": False}


@pytest.mark.parametrize("numbers", ["1.5", "inf", "1,nan", "-inf", "one"])
def test_a_number_that_is_not_whole_is_refused(typed, numbers):
    assert "numbers with commas" in typed("--counts", numbers, status=2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--counts", "1e300"), "counts must be at most 9"),
        (("--counts", ""), "counts: give 1 to 8"),
        (("--words", "a,c"), "words"),
    ],
)
def test_what_is_out_of_bounds_is_refused(typed, words, said):
    assert said in typed(*words, status=2)
