"""A run on the page, from the first press to the last number."""

import re

from playwright.sync_api import expect
from tests.playground.browser.reader import SPIRALS, WAIT

ONE_UNIT = {
    **SPIRALS,
    "network": {"hidden_layers": [{"name": "dense", "units": 1, "activation": "tanh"}]},
    "training": {"optimizer": {"name": "adam", "learning_rate": 0.02}, "batch_size": 16},
}


def test_layers_made_by_hand_learn_the_two_spirals(playground, visit):
    reader = visit(playground).open(ONE_UNIT)
    page, network = reader.page, reader.page.locator("#panel-network")
    for units in range(1, 8):
        network.get_by_role("button", name=f"One unit more in layer 1, which has {units}").click()
    expect(network.get_by_role("button", name="which has 8").first).to_be_visible()
    network.get_by_role("button", name="A layer after layer 1", exact=True).click()
    network.get_by_role("button", name="dense", exact=True).first.click()
    expect(network.get_by_role("button", name="Settings of layer 2: Dense (tanh)")).to_be_visible()
    expect(network.get_by_text("114 numbers to learn")).to_be_visible()

    reader.play()
    reader.wait_past(0)
    reader.measure("accuracy")
    page.wait_for_function(
        """() => parseFloat([...document.querySelectorAll(".output-curves-part .output-legend li")]
            .find((item) => item.textContent.includes("Validation"))
            .querySelector("output").textContent) >= 95""",  # per cent
        timeout=3 * WAIT,
    )
    reader.pause()
    accuracy = reader.curve("Validation")
    assert accuracy >= 0.95
    # Counted again, by the weights that are shown.
    right = re.compile(rf"\b{round(50 * accuracy)} of 50 rows are right")
    expect(page.locator(".output-details canvas")).to_have_attribute("aria-label", right)


def test_steps_epochs_and_a_fresh_start_are_counted(reader):
    reader.press("training.step")
    expect(
        reader.page.locator("#panel-transport").get_by_role("button", name="Reset")
    ).to_be_enabled()
    reader.epochs(2)
    before = reader.legend("Training").inner_text()
    reader.press("training.reset")
    reader.wait_epoch(0)
    reader.epochs(2)
    expect(reader.legend("Training")).to_have_text(before)
