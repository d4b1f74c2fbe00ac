"""The numbers of an example's way through the network and back, against PyTorch's."""

import numpy as np
import pytest
from playwright.sync_api import expect
from tests.playground.browser.reader import SPIRALS

import axone

UNSCALED = {**SPIRALS, "data": {**SPIRALS["data"], "scaling": "none"}}
EXAMPLE, WANTED = (0.75, -1.25), 1


def shown(panel, part, group, symbol):
    """Return the numbers of a step that the page shows, by its place in the rail of all steps."""
    kind = panel.locator("li.stepping-part").filter(
        has=panel.page.locator(".stepping-kind", has_text=part)
    )
    steps = kind.locator("ol > li").filter(
        has=panel.page.locator(".stepping-group", has_text=group)
    )
    chosen = steps.get_by_role("button", name=symbol, exact=True).first
    chosen.click()
    expect(chosen).to_have_attribute("aria-current", "step")
    cells = panel.locator(".stepping-result td")
    titles = cells.evaluate_all("(cells) => cells.map((cell) => cell.title)")
    return np.array([float(title.replace("−", "-")) for title in titles])


def fact(panel, name):
    """Return the figure that stands at the head of the way."""
    return panel.locator(".stepping-facts div").filter(has_text=name).locator("dd").inner_text()


@pytest.fixture
def oracle(torch):
    """The same network in PyTorch with the weights of a saved run, after one step of Adam."""

    def learns(folder):
        weights = axone.load(folder / "model.safetensors").parameters
        first, last = torch.nn.Linear(2, 4), torch.nn.Linear(4, 2)
        with torch.no_grad():
            for layer, number in ((first, 0), (last, 1)):
                layer.weight.copy_(torch.as_tensor(weights[f"{number}.weight"]))
                layer.bias.copy_(torch.as_tensor(weights[f"{number}.bias"]))
        x = torch.tensor([EXAMPLE], requires_grad=True)
        z1 = first(x)
        z2 = last(torch.tanh(z1))
        for kept in (z1, z2):
            kept.retain_grad()
        criterion, wanted = torch.nn.CrossEntropyLoss(), torch.tensor([WANTED])
        loss = criterion(z2, wanted)
        loss.backward()
        found = {
            ("Forward", "1 Dense", "z"): z1,
            ("Forward", "1 Dense", "a"): torch.tanh(z1),
            ("Forward", "2 Dense", "z"): z2,
            ("Forward", "2 Dense", "ŷ"): torch.softmax(z2, 1),
            ("Loss", "Loss", "ℓ"): loss,
            ("Loss", "Loss", "δ"): z2.grad,
            ("Backward", "2 Dense", "∂L/∂W"): last.weight.grad,
            ("Backward", "2 Dense", "∂L/∂b"): last.bias.grad,
            ("Backward", "1 Dense", "δ"): z1.grad,
            ("Backward", "1 Dense", "∂L/∂W"): first.weight.grad,
            ("Backward", "1 Dense", "∂L/∂b"): first.bias.grad,
            ("Backward", "1 Dense", "∂L/∂x"): x.grad,
        }
        found = {place: value.detach().clone() for place, value in found.items()}
        torch.optim.Adam([*first.parameters(), *last.parameters()], lr=0.01).step()
        with torch.no_grad():
            after = criterion(last(torch.tanh(first(x))), wanted).item()
        found |= {
            ("Update", "0.weight", "W"): first.weight.detach(),
            ("Update", "0.bias", "b"): first.bias.detach(),
            ("Update", "1.weight", "W"): last.weight.detach(),
            ("Update", "1.bias", "b"): last.bias.detach(),
        }
        return found, loss.item(), after

    return learns


def test_forward_loss_gradients_and_a_step_of_adam_are_those_of_pytorch(
    playground, visit, tmp_path, oracle
):
    reader = visit(playground).open(UNSCALED)
    reader.epochs(2)
    found, loss, after = oracle(reader.save(tmp_path))
    panel = reader.tab("stepping")
    panel.get_by_role("button", name="Take the first training row").click()
    panel.get_by_text("Type your own").click()
    for name, value in zip(("x1", "x2"), EXAMPLE, strict=True):
        panel.get_by_label(name, exact=True).fill(str(value))
    panel.get_by_label("What it is to come to").select_option(str(WANTED))
    panel.get_by_role("button", name="Through the network").click()
    expect(panel.get_by_role("heading", name="An example of your own")).to_be_visible()

    assert shown(panel, "Input", "Input", "x") == pytest.approx(EXAMPLE)
    for place, values in found.items():
        np.testing.assert_allclose(
            shown(panel, *place), values.numpy().ravel(), rtol=1e-4, atol=1e-6, err_msg=str(place)
        )
    figures = fact(panel, "Loss before and after the step").split(" → ")
    assert [float(figure) for figure in figures] == pytest.approx([loss, after], abs=1e-4)


def test_a_row_of_the_table_is_gone_through_and_follows_the_weights(reader):
    reader.epochs(1)
    rows = reader.tab("rows")
    line = rows.locator("tbody tr").nth(2)
    number = line.locator("th [aria-hidden]").inner_text().strip()
    line.press("Enter")
    panel = reader.page.locator("#panel-stepping")
    expect(panel.get_by_role("heading", name=f"Row {number} of spirals")).to_be_visible()
    panel.get_by_role("button", name="Next step").click()
    expect(panel.get_by_text("Step 2 of")).to_be_visible()
    assert panel.locator(".stepping-equation.large").inner_text() == "z = W·x + b"
    # The weights change: the page says so, or has the new numbers.
    reader.epochs(1)
    expect(panel.get_by_role("heading", name="with the weights after epoch 2")).to_be_visible()
    expect(panel.get_by_text("Step 2 of")).to_be_visible()
