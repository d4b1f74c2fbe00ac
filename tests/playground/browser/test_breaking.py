"""What goes wrong: a run, the process that trains, the server; and how the page takes it."""

import re

from playwright.sync_api import expect
from tests.playground.browser.reader import SPIRALS

TOO_FAST = {
    **SPIRALS,
    "network": {"hidden_layers": [{"name": "dense", "units": 8, "activation": "relu"}] * 2},
    "training": {"optimizer": {"name": "sgd", "learning_rate": 30.0}, "batch_size": 16},
}


def rate(reader):
    return reader.page.locator("#panel-transport").get_by_label("Learning rate", exact=True)


def test_a_run_that_breaks_is_mended_by_the_remedy_of_its_diagnosis_and_undo_takes_that_back(
    playground, visit
):
    reader = visit(playground).open(TOO_FAST)
    expect(rate(reader)).to_have_value("30")
    diagnosis = reader.tab("diagnosis")
    reader.play()
    finding = diagnosis.get_by_role("article").filter(
        has=reader.page.get_by_role("button", name="Apply", exact=True)
    )
    expect(finding.first).to_be_visible()
    expect(reader.page.locator("#tab-panel-diagnosis .tab-count")).to_be_visible()
    finding.first.get_by_role("button", name="Apply", exact=True).first.click()
    expect(diagnosis.get_by_text(re.compile("^Applied: "))).to_be_visible()
    expect(rate(reader)).not_to_have_value("30")
    diagnosis.get_by_role("button", name="Undo", exact=True).click()
    expect(rate(reader)).to_have_value("30")
    expect(diagnosis.get_by_text(re.compile("^Applied: "))).to_be_hidden()


def test_a_worker_that_is_killed_is_told_of_and_training_goes_on_with_the_same_design(start, visit):
    playground = start()
    reader = visit(playground).open()
    reader.play()
    reader.wait_past(2)
    worker = playground.worker()
    worker.kill()
    banner = reader.page.locator("#banner")
    expect(banner).to_contain_text("The training process")
    expect(banner).to_contain_text("started again")
    network = reader.page.locator("#panel-network")
    expect(network.get_by_role("button", name="Settings of layer 1: Dense (tanh)")).to_be_visible()
    expect(network.locator(".network-number").first).to_have_text("4")
    before = reader.epoch
    play = reader.page.locator("#panel-transport").get_by_role("button", name="Play", exact=True)
    expect(play).to_be_visible()
    play.click()
    reader.wait_past(before)
    assert playground.worker().pid != worker.pid


def test_a_server_that_is_gone_is_told_of(start, visit):
    playground = start()
    reader = visit(playground).open()
    reader.epochs(1)
    reader.expected("ERR_CONNECTION_REFUSED")  # which the browser says of each try
    playground.kill()
    expect(reader.page.locator("#banner")).to_contain_text(reader.words["core.lost"])
    # What is there can still be read.
    expect(reader.page.locator("#panel-network .network-head").first).to_be_visible()


def test_a_second_page_takes_over_and_the_first_takes_it_back(playground, visit):
    first = visit(playground).open()
    second = visit(playground).open(None)
    banner = first.page.locator("#banner")
    expect(banner).to_contain_text(first.words["core.elsewhere"])
    second.epochs(1)
    banner.get_by_role("button", name=first.words["core.take_back"]).click()
    expect(banner).to_be_hidden()
    first.wait_epoch(1)
    expect(second.page.locator("#banner")).to_contain_text(second.words["core.elsewhere"])
    first.epochs(1)
