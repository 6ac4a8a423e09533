"""The cases of Tests/HTTPTests/Corpus."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    id: str
    bytes: bytes
    before: int
    followed: bool
    allowed: frozenset
    answer: str | None

    @property
    def is_head(self) -> bool:
        """Whether the request that is judged is answered without content."""
        return self.before == 0 and self.bytes.startswith(b"HEAD ")

    @property
    def verdicts(self) -> set[str]:
        """Whether the request may be accepted, refused or both."""
        return {"accept" if isinstance(outcome, int) and outcome < 400 else "reject" for outcome in self.allowed}


def load(folder: Path) -> list[Case]:
    cases = [read(item) for file in sorted(folder.glob("*.json")) for item in json.loads(file.read_text())]
    if not cases:
        raise SystemExit(f"error: there is no case in {folder}")
    return cases


def read(item: dict) -> Case:
    text = item["bytes"]
    if fill := item.get("fill"):
        text = text.replace(fill["marker"], fill["text"] * fill["count"])
    return Case(
        id=item["id"],
        bytes=text.encode("latin-1"),
        before=item.get("before", 0),
        followed=item.get("followed", True),
        allowed=frozenset(item["allowed"]),
        answer=item.get("answer"),
    )
