"""What a program that is moved consists of: an image, and clients that check its answers."""

import importlib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Program:
    """One of the files in `programs` has one, as PROGRAM."""

    image: str
    port: int
    # Each has one client of its own, see `conversation.py`. The first one keeps its connection and tells the program's
    # version, the second one makes new connections.
    conversations: dict
    # The image that is used in its stead where CRIU may dump nobody's processes but root's.
    image_as_root: str = None
    # What it is run with instead of the image's own command.
    command: list = field(default_factory=list)
    # Beside the usual limits.
    limits: dict = field(default_factory=dict)
    # What the clients need of the image.
    tools: tuple = ()
    # Moves whose failure has these words are asked for again, and told in a note with the reason: (words, reason).
    refused: tuple = ()
    # Why it cannot be run in a container here at all. It is tried nevertheless, so that this stays true.
    ends_because: str = None
    # Seconds from a move to the next.
    rest: float = 0.3
    # Seconds until it answers for the first time.
    start: float = 20


def names():
    return sorted(path.stem for path in (Path(__file__).parent / "programs").glob("*.py") if path.stem != "__init__")


def program(name):
    return importlib.import_module(f"programs.{name}").PROGRAM
