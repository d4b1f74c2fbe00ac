"""What can be taken away from the page: source text that makes the run again, pictures, a link."""

import contextlib
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from tests.playground.browser.reader import number
from typer.testing import CliRunner

import axone
from axone.cli import app

EPOCHS = 6


def run(path):
    """Run a script as Python does; return its names and what it printed."""
    printed, names = io.StringIO(), {"__name__": "__main__"}
    with contextlib.redirect_stdout(printed):
        exec(compile(path.read_text(encoding="utf-8"), path.name, "exec"), names)
    return names, printed.getvalue()


@pytest.fixture
def learnt(reader):
    """A reader with a run of some epochs, and the accuracy that the page shows of it."""
    reader.epochs(EPOCHS)
    reader.measure("accuracy")
    return reader, reader.curve("Validation")


def assert_same(weights, others):
    """Compare to the last bit."""
    assert list(weights) == list(others)
    for name, values in weights.items():
        np.testing.assert_array_equal(values, others[name])


def source(reader, target, folder):
    """Have the run written in a language; return the file that the page gives."""
    panel = reader.tab("code")
    title = reader.words[f"code.target.{target}"]
    panel.get_by_role("radio", name=title, exact=True).check()
    expect(panel.get_by_text(reader.words[f"code.hint.{target}"].replace("`", ""))).to_be_visible()
    expect(panel.get_by_text(f"As of epoch {EPOCHS}")).to_be_visible()
    return reader.download(
        panel.get_by_role("button", name=reader.words["code.keep"], exact=True), folder
    )


def test_the_python_and_the_experiment_file_end_with_the_weights_on_the_page(learnt, tmp_path):
    reader, accuracy = learnt
    saved = axone.load(reader.save(tmp_path) / "model.safetensors").parameters

    names, printed = run(source(reader, "python", tmp_path))
    assert float(printed.split()[-1]) == pytest.approx(accuracy, abs=5e-4)
    assert_same(names["result"].parameters, saved)

    file = source(reader, "toml", tmp_path)
    trained = CliRunner().invoke(app, ["train", str(file), "--out", str(tmp_path / "again")])
    assert trained.exit_code == 0, trained.output
    again = axone.load(tmp_path / "again" / "model.safetensors").parameters
    assert_same(again, saved)


def test_pytorch_from_the_same_first_weights_comes_to_the_same_predictions(learnt, tmp_path, torch):
    reader, accuracy = learnt
    saved = axone.load(reader.save(tmp_path) / "model.safetensors").parameters
    source(reader, "pytorch", tmp_path)
    panel = reader.page.locator("#panel-code")
    panel.get_by_label(reader.words["code.exact"]).check()
    expect(panel.get_by_text(reader.words["code.hint.pytorch.exact"])).to_be_visible()
    names, printed = run(
        reader.download(panel.get_by_role("button", name="Keep as a file"), tmp_path)
    )
    assert float(printed.split()[-1]) == pytest.approx(accuracy, abs=5e-4)
    for theirs, ours in zip(names["model"].parameters(), saved.values(), strict=True):
        np.testing.assert_allclose(theirs.detach().numpy(), ours, rtol=1e-4, atol=1e-5)


def test_scikit_learn_learns_the_same_rows_as_well(learnt, tmp_path):
    reader, accuracy = learnt
    names, printed = run(source(reader, "scikit-learn", tmp_path))
    # Other first weights: it need not be the same number, only one as good.
    assert float(printed.split()[-1]) == pytest.approx(accuracy, abs=0.25)
    rows = reader.page.locator("#panel-data").get_by_role("listitem")
    assert len(names["X_train"]) == number(rows.first.inner_text().split()[0])


def test_every_picture_opens_elsewhere_as_png_and_as_svg(learnt, tmp_path):
    reader, _accuracy = learnt
    panel = reader.tab("code")
    for picture in panel.locator(".picture-list li").all():
        name = picture.locator("span").first.inner_text()
        png = reader.download(picture.get_by_role("button", name=f"{name} as PNG"), tmp_path)
        with Image.open(png) as image:
            colors = image.convert("RGB").getcolors(maxcolors=2**24)
            assert min(image.size) > 100
            assert len(colors) > 20, f"{name} is blank"
        svg = reader.download(picture.get_by_role("button", name=f"{name} as SVG"), tmp_path)
        root = ElementTree.parse(svg).getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(list(root.iter())) > 10, f"{name} is blank"
        assert name in "".join(root.itertext())


def test_a_reload_finds_design_epoch_curves_and_kept_runs_again(learnt):
    reader, accuracy = learnt
    compare = reader.tab("compare")
    compare.get_by_label(reader.words["compare.name"]).fill("the kept one")
    compare.get_by_role("button", name="Keep this run").click()
    expect(compare.get_by_role("rowheader", name="the kept one")).to_be_visible()
    network = reader.page.locator("#panel-network")
    network.get_by_role("button", name="One unit more in layer 1, which has 4").click()
    expect(network.locator(".network-number").first).to_have_text("5")
    reader.epochs(3)
    training = reader.curve("Training")

    reader.page.reload()
    reader.settled()
    reader.wait_epoch(3)
    expect(network.locator(".network-number").first).to_have_text("5")
    expect(compare.get_by_role("rowheader", name="the kept one")).to_be_visible()
    legend = reader.page.locator(".output-curves-part .output-legend")
    expect(legend).to_contain_text("the kept one")
    reader.measure("accuracy")
    assert reader.curve("Training") == training
    assert reader.curve("the kept one") == accuracy
    compare.get_by_role("button", name="Go on with the kept one").click()
    reader.wait_epoch(EPOCHS)
    assert reader.curve("Validation") == accuracy
    compare.get_by_role("button", name="Drop the kept one").click()
    expect(compare.get_by_role("rowheader", name="the kept one")).to_be_hidden()


def test_a_link_opened_by_another_playground_trains_to_the_same_numbers(
    learnt, start, visit, tmp_path
):
    reader, accuracy = learnt
    saved = axone.load(reader.save(tmp_path / "here") / "model.safetensors").parameters
    reader.page.locator("#header-tools").get_by_role("button", name="Share").click()
    dialog = reader.page.get_by_role("dialog")
    address = dialog.get_by_role("textbox").input_value()
    dialog.get_by_role("button", name="Close").click()
    fragment = re.search(r"#(.+)$", address)[1]

    other = visit(start())
    other.page.goto(f"{other.origin}/#{fragment}")
    other.settled()
    other.wait_epoch(EPOCHS)
    other.measure("accuracy")
    assert other.curve("Validation") == accuracy
    there = axone.load(other.save(tmp_path / "there") / "model.safetensors").parameters
    assert_same(there, saved)


def test_a_link_that_is_damaged_is_refused_in_words(playground, visit):
    reader = visit(playground).open()
    reader.page.goto("about:blank")
    reader.page.goto(f"{reader.origin}/#a1.eJwrSS0uAQAEXQHB")
    reader.settled()
    reader.refusal("This link is damaged")
    reader.epochs(1)
