"""For whom the page is: who reads French, has no mouse, a screen reader, a small screen."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import expect
from tests.playground.browser.reader import TABS

axe_core = pytest.importorskip("axe_playwright_python", reason="needs axe-playwright-python")
AXE = (Path(axe_core.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
FRENCH = Path(__file__).parents[3] / "src" / "axone" / "locale" / "fr" / "LC_MESSAGES" / "axone.po"

TEXTS_SHOWN = """() => {
    const shown = (element) => element && element.checkVisibility();
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (shown(parent.closest("select") ?? parent)) texts.push(walker.currentNode.textContent);
    }
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
        if (!shown(element)) continue;
        for (const name of ["aria-label", "title", "placeholder"]) {
            if (element.hasAttribute(name)) texts.push(element.getAttribute(name));
        }
    }
    return [...new Set(texts.map((text) => text.trim()).filter(Boolean))];
}"""

FIGURE = re.compile(r"\{[^{}]*\}")


def english_texts(texts):
    """Return those of some texts that are messages as they stand in English, not in French."""
    with FRENCH.open("rb") as file:
        entries = [each for each in read_po(file) if each.id]
    pairs = []
    for entry in entries:
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        pairs += list(zip(ids, strings, strict=False))
    translated = {english for english, french in pairs if english != french}
    right = {french for _english, french in pairs}
    patterns = [
        re.compile(".+".join(map(re.escape, FIGURE.split(english))))
        for english in translated
        if FIGURE.search(english) and len(FIGURE.sub("", english)) > 12
    ]
    assert len(patterns) > 500
    return [
        text
        for text in texts
        if text not in right
        and (text in translated or any(pattern.fullmatch(text) for pattern in patterns))
    ]


def tab_to(page, selector):
    """Press Tab until what is meant has the focus, which is seen."""
    for _press in range(250):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            break
    else:
        raise AssertionError(f"Tab never comes to {selector}")
    assert page.evaluate(
        """() => [document.activeElement, document.activeElement.nextElementSibling,
                  document.activeElement.parentElement].some((element) => {
            const style = element && getComputedStyle(element);
            return style && (style.outlineStyle !== "none" || style.boxShadow !== "none");
        })"""
    ), f"the focus on {selector} is not seen"


def test_in_french_by_the_keyboard_alone_from_the_data_to_the_step_mode(start, visit):
    playground = start(language="fr")
    reader = visit(playground, language="fr").open(None)
    page, words = reader.page, reader.words
    assert page.locator("html").get_attribute("lang") == "fr"

    tab_to(page, '#panel-data input[type="radio"]:checked')
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    circles = page.locator("#panel-data").get_by_role("radio", name=words["datasets.circles"])
    expect(circles.first).to_be_checked()

    after = words["network.add.after"].format(number=1)
    tab_to(page, f'#panel-network button[aria-label="{after}"]')
    page.keyboard.press("Enter")
    expect(page.locator(".network-chip").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-network .network-number")).to_have_count(3)

    tab_to(page, "#panel-transport button.play")
    page.keyboard.press("Space")
    reader.wait_past(2)
    page.keyboard.press("Space")
    expect(page.locator("#panel-transport button.play")).to_have_text(words["training.play"])

    tab_to(page, '#tabs [role="tab"][aria-selected="true"]')
    for _press in range(TABS.index("stepping")):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#panel-stepping")).to_be_visible()
    tab_to(page, "#panel-stepping button.primary")
    page.keyboard.press("Enter")
    place = page.locator("#panel-stepping .stepping-count")
    expect(place).to_have_text(
        re.compile(re.escape(words["stepping.place"].partition("{")[0]) + "1 ")
    )
    tab_to(page, "#panel-stepping .stepping-turns button.primary")
    page.keyboard.press("Enter")
    expect(place).to_have_text(
        re.compile(re.escape(words["stepping.place"].partition("{")[0]) + "2 ")
    )

    # And what there is to read is French, wherever one looks.
    found = page.evaluate(TEXTS_SHOWN)
    for name in TABS:
        page.locator(f"#tab-panel-{name}").click()
        page.wait_for_function(
            "(name) => document.getElementById(`panel-${name}`).innerText.length > 60", arg=name
        )
        found += page.evaluate(TEXTS_SHOWN)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += page.evaluate(TEXTS_SHOWN)
    presets = page.locator(".network-preset option").all_inner_texts()  # as files name them
    assert len(set(found)) > 300
    assert sorted(set(english_texts(found)) - set(presets)) == []


@pytest.fixture(params=[(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")], ids=str)
def dressed(request, playground, visit):
    """A page with a run on it, as wide and in such colours."""
    width, scheme = request.param
    reader = visit(
        playground,
        viewport={"width": width, "height": 844},
        color_scheme=scheme,
        reduced_motion="reduce",
    ).open()
    assert reader.page.locator("html").get_attribute("data-theme") == scheme
    reader.epochs(2)
    return reader


def broken(page, place):
    """Return what axe-core finds at a place that keeps people from reading or using it."""
    found = page.evaluate(
        "(place) => axe.run(place, { resultTypes: ['violations'] })",
        place,
    )
    assert found["passes"], f"nothing was looked at in {place}"
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def test_nothing_keeps_anybody_out_in_any_tab_nor_has_to_be_scrolled_for_sideways(dressed):
    reader, page = dressed, dressed.page
    width = page.viewport_size["width"]
    page.evaluate(AXE)
    found = broken(page, "body")
    wide = []
    for name in TABS:
        panel = reader.tab(name)
        if name == "stepping":
            panel.get_by_role("button", name="Take the first training row").click()
            expect(panel.get_by_role("button", name="Next step")).to_be_visible()
        elif name == "compare":
            panel.get_by_role("button", name="Keep this run").click()
            expect(panel.get_by_role("button", name="Drop").first).to_be_visible()
        elif name == "laboratory":
            expect(panel.get_by_role("combobox").first).to_be_visible()
        elif name == "code":
            expect(panel.get_by_text("import axone as ax")).to_be_visible()
        found += broken(page, f"#panel-{name}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(name)
        # What drives the run is at hand from there.
        play = page.locator("#panel-transport button.play").bounding_box()
        assert 0 <= play["y"] <= 844 - play["height"], name
        assert 0 <= play["x"] <= width - play["width"], name
    page.locator("#header-tools").get_by_role("button", name="Help").click()
    found += broken(page, "dialog")
    assert found == []
    assert wide == []


@pytest.mark.parametrize(("wanted", "moves"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_by_itself_where_motion_is_not_wanted(playground, visit, wanted, moves):
    reader = visit(playground, reduced_motion=wanted).open()
    reader.epochs(1)
    page, panel = reader.page, reader.tab("stepping")
    page.evaluate(
        """() => {
            window.moved = 0;
            const animate = Element.prototype.animate;
            Element.prototype.animate = function (...given) {
                window.moved += 1;
                return animate.apply(this, given);
            };
            for (const name of ["transitionrun", "animationstart"]) {
                document.addEventListener(name, () => (window.moved += 1), true);
            }
        }"""
    )
    panel.get_by_role("button", name="Take the first training row").click()
    panel.get_by_role("button", name="Next step").click()
    expect(panel.get_by_text("Step 2 of")).to_be_visible()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert (page.evaluate("window.moved") > 0) is moves
