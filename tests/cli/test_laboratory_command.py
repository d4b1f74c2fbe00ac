"""`axone lab NAME`: every kind of knob is an option, and what is typed becomes what is taken."""

import json
from types import SimpleNamespace
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from axone.cli.laboratory import command_of
from axone.lab import Column, Observation
from axone.lab.knobs import Knob, experiment
from axone.messages import _
from axone.plots.style import new_figure


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


@pytest.mark.parametrize(
    "name", ["gradient-descent-2d", "rates", "scaling", "perceptron", "xor", "initialization"]
)
def test_an_experiment_prints_its_table_and_leaves_its_picture(axone, here, name):
    shown = axone("lab", name, "--out", "seen", "--theme", "dark")
    assert f"{name}.png" in shown.stdout
    assert (here / "seen" / f"{name}.png").stat().st_size > 10_000
    assert json.loads(axone("lab", name, "--json").stdout)["name"] == name
