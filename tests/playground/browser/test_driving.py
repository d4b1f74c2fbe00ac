"""Looking back, pace, the rate turned on the way, digits drawn by hand, runs that are opened."""

import re

import pytest
from playwright.sync_api import expect
from tests.playground.browser.reader import number
from typer.testing import CliRunner

from axone.cli import app

DIGITS = {
    "data": {"source": "digits", "validation": 0.25, "test": 0.0},
    "network": {"hidden_layers": [{"name": "dense", "units": 24, "activation": "relu"}]},
    "training": {"optimizer": {"name": "adam", "learning_rate": 0.01}, "batch_size": 32},
    "seed": 0,
}


def agrees(reader):
    """See that the matrix counts as right what the curve of accuracy says is."""
    right = round(50 * reader.curve("Validation"))
    matrix = reader.page.locator(".output-details canvas")
    expect(matrix).to_have_attribute("aria-label", re.compile(rf" {right} of 50 rows are right"))


def test_the_time_slider_goes_back_and_forward_and_shows_the_weights_of_then(reader):
    bar = reader.page.locator("#panel-transport")
    slider = bar.get_by_role("slider", name="Time")
    reader.epochs(1)
    reader.measure("accuracy")
    seen = {1: reader.legend("Validation").inner_text()}
    for epochs in (4, 9, 12):
        reader.epochs(epochs - reader.epoch)
        seen[epochs] = reader.legend("Validation").inner_text()
    assert len(set(seen.values())) > 1
    agrees(reader)
    for press, epoch in (("Home", 0), *[("ArrowRight", n) for n in (1, 2, 3, 4)], ("End", 12)):
        slider.press(press)
        reader.wait_epoch(epoch)
        if epoch in seen:
            expect(reader.legend("Validation")).to_have_text(seen[epoch])
            agrees(reader)
    slider.press("ArrowLeft")
    reader.wait_epoch(11)
    bar.get_by_role("button", name="To now").click()
    reader.wait_epoch(12)
    agrees(reader)


def test_at_a_pace_it_learns_no_faster_and_turning_the_rate_keeps_what_was_learnt(reader):
    bar = reader.page.locator("#panel-transport")
    bar.get_by_label("Pace", exact=True).select_option("2")
    reader.press("training.play")
    reader.wait_past(0)
    # So slow that one can look at it: of full speed a hundred would be done by now.
    reader.wait_past(2)
    assert reader.epoch < 20
    bar.get_by_label("Pace", exact=True).select_option("")
    reader.wait_past(30)
    rate = bar.get_by_label("Learning rate", exact=True)
    rate.fill("0.1")
    rate.press("Enter")
    before = reader.epoch
    reader.wait_past(before)
    reader.pause()
    assert reader.epoch > before
    expect(rate).to_have_value("0.1")
    rate.fill("-3")
    rate.press("Enter")
    reader.refusal("learning_rate")


def draw(reader, canvas, *strokes):
    """Draw by the mouse; points as shares of the canvas."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    mouse = reader.page.mouse
    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        mouse.move(*places[0])
        mouse.down()
        for place in places[1:]:
            mouse.move(*place, steps=6)
        mouse.up()


ONE = [(0.35, 0.3), (0.52, 0.12), (0.52, 0.88)]


def test_a_digit_drawn_by_the_mouse_is_answered_with_ten_probabilities(playground, visit):
    reader = visit(playground).open(DIGITS)
    reader.play()
    reader.wait_past(12)
    reader.pause()
    data = reader.page.locator("#panel-data")
    data.get_by_text("Draw one yourself").click()
    draw(reader, data.get_by_role("application"), ONE)
    answers = data.get_by_role("list", name="What the network says").get_by_role("listitem")
    expect(answers).to_have_count(10)
    shares = [number(each.split("\n")[-1]) for each in answers.all_inner_texts()]
    assert sum(shares) == pytest.approx(1, abs=0.01)
    assert shares == sorted(shares, reverse=True)
    names = {each.split("\n")[0] for each in answers.all_inner_texts()}
    assert names == {str(digit) for digit in range(10)}
    data.get_by_role("button", name="Clear").click()
    expect(answers).to_have_count(0)


@pytest.mark.parametrize(
    ("arguments", "layer"),
    [
        (["iris", "--epochs", "7"], "dense"),
        (["digits", "--preset", "cnn", "--epochs", "2"], "conv2d"),
    ],
)
def test_a_finished_run_is_opened_where_it_ended(arguments, layer, tmp_path, start, visit):
    folder = tmp_path / "run"
    trained = CliRunner().invoke(app, ["train", *arguments, "--out", str(folder)])
    assert trained.exit_code == 0, trained.output
    reader = visit(start(folder)).open(None)
    epochs = int(arguments[-1])
    reader.wait_epoch(epochs)
    reader.wait_drawn(epochs)
    network = reader.page.locator("#panel-network")
    expect(network.get_by_role("button", name="Settings of layer 1").first).to_be_visible()
    reader.measure("accuracy")
    assert 0 < reader.curve("Training") <= 1
