"""Rows of the reader's own: a file dropped on the page, columns chosen, what is refused."""

import re

import pytest
from playwright.sync_api import expect

HEAD = "joined,floors,area,town,price"


def houses(rows=60):
    """A table with a date, numbers, a category and cells that are missing."""
    lines = [HEAD]
    for n in range(rows):
        area = "" if n % 11 == 3 else str(40 + 3 * (n * 7 % 29))
        town = ("Lyon", "Paris", "")[n % 3] if n % 13 else "Nantes"
        joined = f"2024-{1 + n % 12:02}-{1 + n % 28:02}"
        lines.append(f"{joined},{1 + n % 4},{area},{town},{900 + 37 * (n % 17)}.5")
    return "\n".join(lines) + "\n"


def test_a_dropped_table_is_learnt_once_its_target_is_chosen_and_a_column_left_out(reader):
    data = reader.page.locator("#panel-data")
    reader.drop("houses.csv", houses())
    asked = data.get_by_label("Which column of houses.csv is to be learnt?")
    expect(asked).to_be_focused()
    assert asked.locator("option").all_inner_texts() == HEAD.split(",")
    asked.select_option("price")
    data.get_by_role("button", name="Open", exact=True).click()
    expect(data.get_by_label("To be learnt")).to_have_value("price")
    expect(data.get_by_label("What joined is read as").locator("option:checked")).to_have_text(
        re.compile("date")
    )
    expect(data.locator("tr").filter(has_text="area")).to_contain_text(
        f"{sum(n % 11 == 3 for n in range(60))} missing"
    )
    network = reader.page.locator("#panel-network")
    before = network.get_by_role("group", name="Input").get_by_role("button").count()
    data.get_by_label("What joined is read as").select_option(label="leave out")
    expect(data.locator("tr").filter(has_text="joined")).to_contain_text("left out")
    after = network.get_by_role("group", name="Input").get_by_role("button")
    expect(after.first).to_be_visible()
    assert after.count() < before
    reader.epochs(3)
    reader.measure("loss")
    assert reader.curve("Training") > 0
    rows = reader.tab("rows")
    for heading in ("area", "Predicted"):
        expect(rows.get_by_role("columnheader", name=heading)).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("no_table.npz", b"PK\x03\x04 this is no archive"),
        ("empty.csv", b""),
        ("<img src=x onerror=alert(1)>.csv", b"\x00\xff\xfe\x00"),
    ],
)
def test_a_file_that_holds_no_rows_is_refused_in_words_and_the_page_goes_on(reader, name, content):
    reader.expected("400 (Bad Request)")  # which the browser tells of, besides
    reader.drop(name, content)
    refused = reader.page.locator("[role=alert], .refusal").filter(has_text=re.compile(r"\w"))
    expect(refused.first).to_be_visible()
    assert len(refused.first.inner_text().split()) > 3
    expect(
        reader.page.locator("#panel-data").get_by_role("radio", name="spirals", exact=True)
    ).to_be_checked()
    assert reader.page.locator("img[src=x]").count() == 0
    reader.epochs(1)


def test_markup_in_a_table_is_text_wherever_the_page_shows_it(reader):
    evil = "<img src=x onerror=alert(1)>"
    table = f'"{evil}",kind\n' + "".join(f"{n},{evil if n % 2 else 'plain'}\n" for n in range(40))
    data = reader.page.locator("#panel-data")
    reader.drop("evil.csv", table)
    data.get_by_role("button", name="Open", exact=True).click()
    expect(data.get_by_label("To be learnt")).to_have_value("kind")
    reader.epochs(1)
    expect(reader.tab("rows").get_by_text(evil, exact=True).first).to_be_visible()
    for name in ("stepping", "compare", "code", "diagnosis"):
        reader.tab(name)
    assert reader.page.locator("img[src=x]").count() == 0
