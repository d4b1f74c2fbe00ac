"""A worker that knows no networks: it answers by what it is asked, and fails when it is told to."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from axone.playground import pipe


def main():
    reading, writing = pipe.streams_of_worker()
    sys.stdout.write("a print of the worker's own\n")
    sys.stdout.flush()
    lock = threading.Lock()

    def say(packet):
        with lock:
            pipe.write(writing, json.dumps(packet) if isinstance(packet, dict) else packet)

    begun, uploads = {}, {}
    while (text := pipe.read(reading)) is not None:
        told = json.loads(text)
        if told.get("internal") == "begin":
            begun = told
            uploads = dict(told["files"])
            if told["source"] == "nonsense":
                say({"internal": "refused", "words": "There is no dataset 'nonsense'."})
            if isinstance(told["design"], dict) and told["design"].get("poison"):
                sys.exit(5)
            say({"internal": "ready"})
        elif told.get("internal") == "uploaded":
            uploads[told["name"]] = told["path"]
        else:
            act(told, begun, uploads, say)


def act(told, begun, uploads, say):
    asked = told["ask"]

    def answer(value):
        say({"answer": told["id"], "value": value})

    match asked:
        case "echo" | "hello" | "language":
            answer({name: each for name, each in told.items() if name != "id"})
        case "begun":
            answer({**begun, "process": os.getpid()})
        case "uploads":
            answer({name: Path(path).stat().st_size for name, path in uploads.items()})
        case "design":
            answer({"design": told["design"]})
        case "events":
            for number in range(told["count"]):
                say({"event": "note", "words": str(number)})
            answer(None)
        case "frame":
            say(b"frame" + bytes(told.get("size", 8)))
        case "frames":
            for number in range(told["count"]):
                say(number.to_bytes(4, "little") + bytes(told["size"]))
            answer(None)
        case "slowly":
            time.sleep(0.5)
            answer(told["text"])
        case "count":
            answer({"asked": told["id"]})
        case "train":
            for _ in range(told["seconds"] * 5):
                time.sleep(0.2)
                say({"internal": "beat"})
            answer("trained")
        case "hush":
            answer(None)
        case "refuse":
            say({"answer": told["id"], "refused": {"place": "seed", "words": "No."}})
        case "print":
            sys.stdout.write(told["text"] + "\n")
            sys.stdout.flush()
            answer(None)
        case "print_much":
            sys.stderr.write("x" * told["bytes"] + "\n")
            sys.stderr.flush()
            answer(told["bytes"])
        case "silence":
            pass
        case "hang":
            time.sleep(3600)
        case "die":
            sys.stderr.write("about to die\n")
            sys.stderr.flush()
            os._exit(told.get("status", 3))
        case "child":
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
            answer(child.pid)
        case "say":
            say(told["text"])
        case "babble":
            say(b"")
            say("[1, 2, 3]")
        case "save":
            path = Path(begun["folder"]) / "saved.zip"
            path.write_bytes(b"PK saved")
            say({"internal": "download", "id": "one", "path": str(path), "name": "Läufe 1.zip"})
            answer({"download": "one"})
        case "steal":
            say({"internal": "download", "id": "two", "path": told["path"], "name": "two"})
            answer({"download": "two"})


if __name__ == "__main__":
    main()
