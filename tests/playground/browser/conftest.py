"""A Chromium, playgrounds that run, and pages of them that must not err, phone or break the policy.

Where no Chromium is found the tests here are skipped, and say so.
"""

import contextlib

import pytest
from tests.playground.browser.serving import ARGUMENTS, Playground, chromium

playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")


@pytest.fixture(scope="session")
def found():
    """Where a Chromium is."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium is found (apt-get install chromium, or $AXONE_CHROMIUM)")
    return path


@pytest.fixture(scope="module")
def browser(found):
    """One browser for a file's tests.

    While Playwright runs, so does a loop of asyncio in this thread: tests elsewhere that start one
    of their own would fail beside it.
    """
    playwright.expect.set_options(timeout=20_000)
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def doors():
    """What opens each playground again: the cookies that its address was exchanged for."""
    return {}


@pytest.fixture(scope="session")
def playground(found):
    """A playground that most tests share: each begins with a design of its own."""
    running = Playground()
    yield running
    running.end()


@pytest.fixture
def start(browser):
    """Start playgrounds of a test's own."""
    with contextlib.ExitStack() as stack:

        def starting(*arguments, **settings):
            running = Playground(*arguments, **settings)
            stack.callback(running.end)
            return running

        yield starting


@pytest.fixture
def visit(browser, doors, start):
    """Open pages, each in a browser that knows nothing of the others; none of them may err.

    It takes `start` so that pages are closed before the playgrounds that they are of.
    """
    from tests.playground.browser.reader import Reader

    readers = []
    with contextlib.ExitStack() as stack:

        def visiting(playground, *, language="en", **settings):
            settings = {"viewport": {"width": 1440, "height": 900}, "locale": language, **settings}
            if playground.origin not in doors:
                with contextlib.closing(browser.new_context()) as entering:
                    entering.request.get(playground.url, max_redirects=0)
                    doors[playground.origin] = entering.storage_state()
            context = browser.new_context(storage_state=doors[playground.origin], **settings)
            stack.callback(context.close)
            reader = Reader(context.new_page(), playground.origin, language)
            readers.append(reader)
            return reader

        yield visiting
    assert [each for reader in readers for each in reader.told] == []


@pytest.fixture
def reader(playground, visit):
    """The page of the shared playground, at a small network on two spirals."""
    return visit(playground).open()
