"""`axone animate`: its kinds, where their files go, and what it refuses."""

import pytest
from PIL import Image

from axone.cli.commands import ANIMATIONS

QUICK = {
    "softmax": ["--logits", "0,1"],
    "boundary": ["xor", "--hidden", "4", "--epochs", "2", "--frames", "3"],
    "passes": ["--hidden", "2"],
    "optimizers": ["saddle", "--rules", "adam,sgd", "--steps", "3"],
    "convolution": ["--signal", "1,2,3", "--kernel", "1,-1"],
    "bptt": ["--steps", "3"],
    "perceptron": ["or", "--corrections", "1"],
}
"""Few frames of every kind."""


def test_help_lists_every_kind(axone):
    shown = axone("animate", "--help").stdout
    for kind in ANIMATIONS:
        assert kind.name in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


@pytest.mark.parametrize("kind", ANIMATIONS, ids=lambda kind: kind.name)
def test_every_kind_has_a_help_with_examples(axone, kind):
    shown = axone("animate", kind.name, "--help").stdout
    assert f"axone animate {kind.name}" in shown
    assert "--theme" in shown
    assert "--out" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


@pytest.mark.parametrize("kind", [kind for kind in QUICK if kind != "softmax"])
def test_every_kind_is_written_under_its_name(axone, here, kind):
    assert axone("animate", kind, *QUICK[kind], "--theme", "dark").stdout == f"{kind}.gif\n"
    with Image.open(here / f"{kind}.gif") as gif:
        assert gif.size[0] == 800
        assert gif.n_frames > 2
        assert gif.convert("RGB").getpixel((799, 0)) == (0x16, 0x19, 0x1D)
    assert [file.name for file in here.iterdir()] == [f"{kind}.gif"]


def test_the_ending_says_what_file_is_written(axone, here):
    words = ["animate", "bptt", *QUICK["bptt"], "--out", "time.html"]
    assert axone(*words).stdout == "time.html\n"
    assert (here / "time.html").read_bytes().startswith(b"<!DOCTYPE html>")


def test_the_boundary_of_a_run_is_animated_by_training_it_once_more(axone, here):
    axone("train", "iris", "--epochs", "4", "--out", "run")
    told = axone("animate", "boundary", "run", "--frames", "3", "--columns", "x1,x2", status=2)
    assert "x1" in told.stderr
    told = axone("animate", "boundary", "run", "--frames", "3", "--out", "iris.gif")
    assert "trained once more" in told.stderr
    with Image.open(here / "iris.gif") as gif:
        assert 2 <= gif.n_frames <= 3


def test_a_run_of_numbers_has_no_boundary(refused, axone):
    axone("train", "diabetes", "--epochs", "2", "--out", "run")
    assert "predicts numbers, and has no decision boundary" in refused("animate", "boundary", "run")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["softmax", "--out", "softmax.png"], "saved as .gif, .mp4, .webm, .html"),
        (["softmax", "--out", "nowhere/softmax.gif"], "nowhere"),
        (["softmax", "--theme", "pink"], "pink"),
        (["softmax", "--logits", "1,two"], "'1,two'"),
        (["boundary", "nowhere"], "neither a set (moons, circles"),
        (["boundary", "--hidden", "16,x"], "whole numbers with commas"),
        (["passes", "--row", "150"], "row must be at most 149"),
        (["optimizers", "hill"], "surface must be"),
        (["convolution", "--kernel", "a"], "--kernel takes numbers"),
        (["convolution", "--image", "--digit", "12"], "digit must be at most 9"),
        (["bptt", "--scale", "5"], "at most 3, not 5.0"),
        (["perceptron", "iris"], "dataset must be"),
        (["pie"], "pie"),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(refused, here, words, said):
    assert said in " ".join(refused("animate", *words).split())
    assert list(here.iterdir()) == []
