"""The page's modules are tested by Node where there is one, beside this file in `page/`."""

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "page"
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="needs Node")
@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.test.js")))
def test_modules_of_the_page_do_what_their_tests_say(name):
    run = subprocess.run(
        [NODE, "--test", FOLDER / name], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
