"""``python -m benchmarks.playground``: how fast a network learns while a page looks on.

The real command is started, and a client asks for frames as a page does, each as soon as the one
before is there and a sixtieth of a second is over. Beside it, by turns and in the same process as
that of the library, the same network learns with nobody looking on.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from axone.engines.native.variants import load_variant
from benchmarks.machine import count_cores, processor_name

FRAME = 1 / 60
DESIGNS: Mapping[str, dict[str, Any]] = {
    "spirals, 2-8-8-2": {
        "data": {"source": "spirals", "options": {"rows": 600}, "test": 0.0},
        "network": {"hidden_layers": [{"name": "dense", "units": 8, "activation": "tanh"}] * 2},
        "training": {"epochs": 1_000_000, "batch_size": 16},
    },
    "60 units, 10,000 rows": {
        "data": {"source": "three_spirals", "options": {"rows": 10_000}, "test": 0.0},
        "network": {"hidden_layers": [{"name": "dense", "units": 20, "activation": "tanh"}] * 3},
        "training": {"epochs": 1_000_000, "batch_size": 32},
    },
    "iris, 4-16-3": {
        "data": {"source": "iris", "test": 0.0},
        "network": {"hidden_layers": [{"name": "dense", "units": 16, "activation": "relu"}]},
        "training": {"epochs": 1_000_000, "batch_size": 10},
    },
    "digits, 64-64-32-10": {
        "data": {"source": "digits", "test": 0.0},
        "network": {
            "hidden_layers": [
                {"name": "dense", "units": 64, "activation": "relu"},
                {"name": "dense", "units": 32, "activation": "relu"},
            ]
        },
        "training": {"epochs": 1_000_000, "batch_size": 32},
    },
}


@dataclass(frozen=True)
class Watched:
    """What a client saw of a run.

    Attributes
    ----------
    epochs_per_second, frames_per_second, bytes_per_second : float
    delay : float
        Seconds from asking to pause until the answer, the middle of several.
    memory : list of float
        MiB that the worker and the server hold together, at the times it was looked.
    """

    epochs_per_second: float
    frames_per_second: float
    bytes_per_second: float
    delay: float
    memory: list[float]


class Client:
    """A page without eyes: asks, and takes frames."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._number = 0
        self.frames = self.bytes = 0
        self.state: dict[str, Any] = {}

    @classmethod
    @contextmanager
    def at(cls, address: str) -> Iterator["Client"]:
        """Go through the door, and talk."""
        from websockets.sync.client import connect
        from websockets.typing import Origin

        jar = CookieJar()
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        opener.open(address).read()
        cookie = "; ".join(f"{each.name}={each.value}" for each in jar)
        base = address.split("/?", maxsplit=1)[0]
        with connect(
            f"{base.replace('http', 'ws')}/talk",
            origin=Origin(base),
            additional_headers={"Cookie": cookie},
            max_size=None,
        ) as socket:
            yield cls(socket)

    def tell(self, name: str, **fields: Any) -> int:
        """Ask without waiting for the answer."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "ask": name, **fields}))
        return self._number

    def ask(self, name: str, **fields: Any) -> Any:
        """Ask, and wait for the answer."""
        number = self.tell(name, **fields)
        while True:
            message = self.take()
            if isinstance(message, dict) and message.get("answer") == number:
                if "refused" in message:
                    raise RuntimeError(message["refused"])
                return message["value"]

    def take(self, timeout: float | None = None) -> Any:
        """Take the next message: a JSON object, or a frame's state."""
        packet = self._socket.recv(timeout)
        if isinstance(packet, str):
            return json.loads(packet)
        self.frames += 1
        self.bytes += len(packet)
        length = int.from_bytes(packet[:4], "little")
        self.state = json.loads(packet[4 : 4 + length])["state"]
        return None

    def look_on(self, seconds: float) -> None:
        """Ask for frames as a page does."""
        end, due = time.perf_counter() + seconds, 0.0
        self.tell("frame")
        while (now := time.perf_counter()) < end:
            seen = self.frames
            try:
                self.take(timeout=min(1.0, end - now))
            except TimeoutError:
                continue
            if self.frames > seen:
                time.sleep(max(0.0, due - time.perf_counter()))
                due = time.perf_counter() + FRAME
                self.tell("frame")


@contextmanager
def served() -> Iterator[tuple[str, int]]:
    """Start the command; give its address and its process number."""
    command = [sys.executable, "-m", "axone", "playground", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()


def memory_of(process: int) -> float:
    """Return the MiB that a process and what it started hold."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    total = 0.0
    for number in [str(process), *children]:
        for line in Path(f"/proc/{number}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1]) / 1024
    return total


def memory_over(design: Mapping[str, Any] | None, minutes: int) -> list[float]:
    """Learn a design at full speed, or what the page opens with at its pace; look each minute."""
    with served() as (address, process), Client.at(address) as client:
        client.ask("hello")
        if design is not None:
            client.ask("design", design=design)
            client.ask("pace", epochs_per_second=None)
        client.ask("play")
        client.look_on(5.0)
        held = [memory_of(process)]
        for _ in range(minutes):
            client.look_on(60.0)
            held.append(memory_of(process))
        print(f"{client.state['epoch']:,} epochs")
        return held


def watch(design: Mapping[str, Any], seconds: float, looks: int = 2) -> Watched:
    """Learn a design with a page looking on."""
    with served() as (address, process), Client.at(address) as client:
        client.ask("hello")
        client.ask("design", design=design)
        client.ask("pace", epochs_per_second=None)
        client.ask("play")
        client.look_on(2.0)
        began, frames, bytes_, epochs = (
            time.perf_counter(), client.frames, client.bytes, progress(client.state),
        )  # fmt: skip
        memory = []
        for _ in range(looks):
            client.look_on(seconds / looks)
            memory.append(memory_of(process))
        taken = time.perf_counter() - began
        delays = []
        for _ in range(11):
            asked = time.perf_counter()
            client.ask("pause")
            delays.append(time.perf_counter() - asked)
            client.ask("play")
            client.look_on(0.1)
        return Watched(
            (progress(client.state) - epochs) / (taken + sum(delays) + 1.1),
            (client.frames - frames) / (taken + sum(delays) + 1.1),
            (client.bytes - bytes_) / (taken + sum(delays) + 1.1),
            statistics.median(delays),
            memory,
        )


def progress(state: Mapping[str, Any]) -> float:
    """Return how many epochs are made, the one begun by its share."""
    return float(state["epoch"] + state["batch"] / state["steps_of_epoch"])


def alone(design: Mapping[str, Any], seconds: float) -> float:
    """Learn the same with nobody looking on; return epochs a second."""
    from axone.experiments.training import fit_settings
    from axone.playground.designs import Designer
    from axone.playground.sources import Sources

    made = Designer(Sources()).design(design)
    settings = fit_settings(made.prepared)
    made.trainer.fit(**{**settings, "max_epochs": 5})
    epochs = 20
    while True:
        result = made.trainer.fit(**{**settings, "max_epochs": epochs})
        if result.seconds > seconds / 2:
            return epochs / result.seconds
        epochs *= max(2, min(10, int(seconds / max(result.seconds, 1e-3))))


def main() -> None:
    """Measure every design by turns, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.playground", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=int, default=0, help="look at the memory for so long")
    parser.add_argument("--designs", nargs="*", help="of which; all by default")
    given = parser.parse_args()
    variant = load_variant().__name__.rpartition("_")[2]
    print(f"{processor_name()}, {count_cores()} cores, variant {variant}")
    if given.minutes:
        for name, design in {"as it opens": None, **DESIGNS}.items():
            if name in (given.designs or [name]):
                held = memory_over(design, given.minutes)
                print(f"{name}: MiB at once and each minute: {', '.join(f'{h:.0f}' for h in held)}")
        return
    print(f"{'':24}{'alone':>10}{'watched':>10}{'ratio':>7}{'fps':>6}{'kB/s':>7}{'delay ms':>10}")
    for name, design in DESIGNS.items():
        if name not in (given.designs or [name]):
            continue
        apart, beside = [], []
        for _ in range(given.rounds):
            apart.append(alone(design, given.seconds))
            beside.append(watch(design, given.seconds))
        ratio = statistics.median(
            seen.epochs_per_second / speed for seen, speed in zip(beside, apart, strict=True)
        )
        middle = sorted(beside, key=lambda seen: seen.epochs_per_second)[len(beside) // 2]
        print(
            f"{name:24}{statistics.median(apart):10,.0f}{middle.epochs_per_second:10,.0f}"
            f"{ratio:7.2f}{middle.frames_per_second:6.0f}{middle.bytes_per_second / 1e3:7,.0f}"
            f"{middle.delay * 1e3:10.1f}"
        )


if __name__ == "__main__":
    main()
