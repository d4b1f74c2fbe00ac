"""Somebody who reads the page: presses its buttons, reads its numbers, and waits until they say so.

What a page must never do is noted as well: errors in its console, requests to anywhere else, what
its own security policy stopped.
"""

import base64
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from axone.messages import use_language
from axone.playground.words import templates

WAIT = 20_000
"""Milliseconds that a busy machine may take for what takes a fraction of a second."""

TABS = (
    "training",
    "rows",
    "stepping",
    "diagnosis",
    "scenes",
    "laboratory",
    "compare",
    "code",
)

SPIRALS: Mapping[str, Any] = {
    "data": {
        "source": "spirals",
        "options": {"rows": 200, "noise": 0.05},
        "validation": 0.25,
        "test": 0.0,
    },
    "network": {"hidden_layers": [{"name": "dense", "units": 4, "activation": "tanh"}]},
    "training": {"optimizer": {"name": "adam", "learning_rate": 0.01}, "batch_size": 16},
    "seed": 0,
}
"""Small, so that an epoch is a moment."""

READING = "#panel-transport .time-reading output"

NUMBER_OF = r"(text) => Number(text.match(/\d[\d,]*/)?.[0].replaceAll(',', ''))"
"""The first number of a text, in the page's own language of programs."""

WATCH_THE_POLICY = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


def words(language: str = "en") -> dict[str, str]:
    """Return the templates of all panels in a language."""
    use_language(language)
    try:
        return {key: str(message) for key, message in templates().items()}
    finally:
        use_language("en")


def fragment(design: Mapping[str, Any], epoch: int = 0) -> str:
    """Return what of an address opens a design: made here, not by what is tested."""
    content = json.dumps({"design": design, "epoch": epoch}).encode()
    return "a1." + base64.urlsafe_b64encode(zlib.compress(content)).decode().rstrip("=")


def number(text: str) -> float:
    """Return the number that a text of the English page is: −1,234.5, 62.2%, 3.2·10⁻⁵."""
    plain = text.strip().replace("−", "-").replace(",", "")
    if plain.endswith("%"):
        return number(plain[:-1]) / 100
    mantissa, power, exponent = plain.partition("·10")
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    return float(mantissa) * 10 ** int(exponent.translate(digits)) if power else float(plain)


class Reader:
    """A page of a playground, and whoever reads it.

    Parameters
    ----------
    page : Page
    origin : str
    language : str

    Attributes
    ----------
    told : list of str
        What the page must not do; a test that ends with something here fails.
    """

    def __init__(self, page: Page, origin: str, language: str = "en"):
        self.page = page
        self.origin = origin
        self.words = words(language)
        self.told: list[str] = []
        self._expected: list[str] = []
        page.set_default_timeout(WAIT)
        page.add_init_script(WATCH_THE_POLICY)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.told.append(f"error: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.on("websocket", lambda socket: self._request(socket.url.replace("ws:", "http:")))

    def _console(self, message):
        if message.type in ("error", "warning") and not self._is_expected(message.text):
            self.told.append(f"{message.type}: {message.text}")

    def _is_expected(self, text):
        return any(words in text for words in self._expected)

    def _request(self, url):
        if not url.startswith((f"{self.origin}/", "blob:", "data:")):
            self.told.append(f"a request to {url}")

    def open(self, design: Mapping[str, Any] | None = SPIRALS, *, epoch: int = 0) -> "Reader":
        """Open the page: at a design, or, without one, at what is there."""
        self.page.goto(f"{self.origin}/" + (f"#{fragment(design, epoch)}" if design else ""))
        self.settled()
        if design:
            self.page.wait_for_function("location.hash === ''")
            self.wait_epoch(epoch)
        return self

    def settled(self) -> None:
        """Wait until every panel has what it shows."""
        expect(self.page.locator("#panel-network .network-head").first).to_be_visible(timeout=WAIT)
        expect(self.reading).to_be_visible()

    # The run

    def press(self, key: str) -> None:
        """Press the button of the run that says these words."""
        bar = self.page.locator("#panel-transport")
        bar.get_by_role("button", name=self.words[key], exact=True).click()

    def play(self) -> None:
        """Let it learn as fast as it goes."""
        bar = self.page.locator("#panel-transport")
        bar.get_by_label(self.words["training.pace"], exact=True).select_option("")
        self.press("training.play")

    @property
    def reading(self) -> Locator:
        """Where the epoch stands."""
        return self.page.locator(READING)

    @property
    def epoch(self) -> int:
        """The epoch that the page tells of."""
        return int(re.search(r"[\d,]+", self.reading.inner_text())[0].replace(",", ""))

    def telling(self, key: str, epoch: int) -> re.Pattern:
        """Return what a text looks like that tells of an epoch, in the page's language."""
        before, after = self.words[key].split("{epoch}")
        return re.compile(re.escape(before) + f"{epoch:,}" + re.escape(after.partition("{")[0]))

    def wait_epoch(self, epoch: int, timeout: float = WAIT) -> None:
        """Wait until the page tells of an epoch."""
        expect(self.reading).to_have_text(self.telling("training.epoch_of", epoch), timeout=timeout)

    def wait_past(self, epoch: int, timeout: float = WAIT) -> None:
        """Wait until the page tells of a later epoch."""
        self.page.wait_for_function(
            f"(epoch) => ({NUMBER_OF})(document.querySelector('{READING}').textContent) > epoch",
            arg=epoch,
            timeout=timeout,
        )

    def epochs(self, count: int) -> None:
        """Train for some epochs, one press each."""
        before = self.epoch
        for done in range(1, count + 1):
            self.press("training.epoch")
            self.wait_epoch(before + done)
        self.wait_drawn(before + count)

    def wait_drawn(self, epoch: int) -> None:
        """Wait until the curves have come as far."""
        curves = self.page.locator("canvas.output-curves")
        expect(curves).to_have_attribute("aria-label", self.telling("output.words.curves", epoch))

    def pause(self) -> None:
        """Have the run pause, and wait until all that it came to is shown."""
        self.press("training.pause")
        self.page.wait_for_function(
            f"""() => {{
                const told = document.querySelector("{READING}").textContent;
                const drawn = document.querySelector("canvas.output-curves").ariaLabel;
                return ({NUMBER_OF})(told) === ({NUMBER_OF})(drawn);
            }}"""
        )

    # What it came to

    def measure(self, name: str) -> None:
        """Have the curves of a measure shown."""
        self.page.get_by_label(self.words["output.measure"], exact=True).select_option(
            label=self.words[f"output.measure.{name}"]
        )

    def curve(self, name: str) -> float:
        """Return the last number of a curve, as the legend has it."""
        return number(self.legend(name).inner_text())

    def legend(self, name: str) -> Locator:
        """Return where the legend has a curve's number."""
        entries = self.page.locator(".output-curves-part .output-legend li")
        return entries.filter(has_text=name).locator("output")

    def tab(self, name: str) -> Locator:
        """Open a tab; return its panel."""
        self.page.locator(f"#tab-panel-{name}").click()
        panel = self.page.locator(f"#panel-{name}")
        expect(panel).to_be_visible()
        return panel

    def download(self, pressed: Locator, folder):
        """Press what gives a file; return where it lies, unpacked if it is an archive."""
        with self.page.expect_download(timeout=WAIT) as waiting:
            pressed.click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        if path.suffix != ".zip":
            return path
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
            return folder / archive.namelist()[0].partition("/")[0]

    def save(self, folder):
        """Save the run by the page's own button; return the result folder."""
        return self.download(
            self.page.locator("#header-tools").get_by_role(
                "button", name=self.words["core.save"], exact=True
            ),
            folder,
        )

    def drop(self, name: str, content: str | bytes) -> None:
        """Drop a file on the page."""
        raw = content.encode() if isinstance(content, str) else content
        given = self.page.evaluate_handle(
            """([name, text]) => {
                const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
                const transfer = new DataTransfer();
                transfer.items.add(new File([bytes], name));
                return transfer;
            }""",
            [name, base64.b64encode(raw).decode()],
        )
        for event in ("dragenter", "dragover", "drop"):
            self.page.dispatch_event("#panel-data", event, {"dataTransfer": given})

    def refusal(self, words: str | re.Pattern) -> None:
        """Wait until something is refused in these words."""
        expect(self.page.get_by_role("alert").filter(has_text=words).first).to_be_visible(
            timeout=WAIT
        )

    def expected(self, words: str) -> None:
        """Have the browser's own line in the console with these words count for nothing."""
        self._expected.append(words)
