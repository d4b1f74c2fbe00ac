"""Pictures of every tab of the playground, for people who change the page: it tests nothing.

    python -m tests.playground.browser.screenshots FOLDER [--tabs stepping code] [--languages fr]

Each file is called LANGUAGE-COLOURS-WIDTH-TAB.png and shows the whole page.
"""

import argparse
import contextlib
import itertools
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tests.playground.browser.reader import SPIRALS, TABS, Reader
from tests.playground.browser.serving import ARGUMENTS, Playground, chromium

WIDTHS = (1440, 1024, 390)
SCHEMES = ("light", "dark")
LANGUAGES = ("en", "fr")

CURIOUS = {
    "stepping": "#panel-stepping button.primary",
    "scenes": "#panel-scenes nav button",
    "compare": "#panel-compare button[type=submit]",
}
"""What is pressed in a tab that is empty until then."""


def photographed(
    browser: Browser,
    playground: Playground,
    state: dict,
    language: str,
    folder: Path,
    tabs: Iterable[str],
) -> None:
    """Photograph tabs in a language, in both colours and all widths."""
    for scheme, width in itertools.product(SCHEMES, WIDTHS):
        context = browser.new_context(
            storage_state=state,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
        )
        with contextlib.closing(context):
            reader = Reader(context.new_page(), playground.origin, language)
            reader.open(SPIRALS)
            reader.epochs(8)
            for name in tabs:
                reader.tab(name)
                if name in CURIOUS:
                    reader.page.locator(CURIOUS[name]).first.click()
                reader.page.wait_for_load_state("networkidle")
                reader.page.evaluate("window.scrollTo(0, 0)")  # the bar of the run sticks
                reader.page.wait_for_timeout(400)
                path = folder / f"{language}-{scheme}-{width}-{name}.png"
                reader.page.screenshot(path=path, full_page=True)
            for trouble in reader.told:
                print(f"{language} {scheme} {width}: {trouble}")  # noqa: T201


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tabs", nargs="+", choices=TABS, default=TABS)
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        for language in asked.languages:
            playground = Playground(language=language)
            with contextlib.closing(browser.new_context()) as entering:
                entering.request.get(playground.url, max_redirects=0)
                state = entering.storage_state()
            photographed(browser, playground, state, language, asked.folder, asked.tabs)
            playground.end()


if __name__ == "__main__":
    main()
