"""What was chosen for a component before, kept on this machine: equal cells, sums and attackers have the same choice.

Only a shortcut. Whatever it says is proved again with everything else, so a wrong one stops a draft and reveals nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple
from functools import cache
from pathlib import Path

from reports.choice import Choice
from reports.linked import Part

_CHOOSERS = ("choice.py", "crowd.py", "linked.py", "network.py", "search.py", "solver.py", "witnesses.py")


def name_of(part: Part) -> str:
    """SHA-256 of all that the choice follows from, the code included."""
    facts = [
        _code(),
        part.linked.hide,
        [astuple(cell)[1:] for cell in part.linked.cells],
        [(list(each.weights.items()), each.total) for each in part.linked.sums],
        [(attacker.name, list(attacker.own.items())) for attacker in part.attackers],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


@cache
def _code() -> str:
    files = (Path(__file__).with_name(name).read_bytes() for name in _CHOOSERS)
    return hashlib.sha256(b"\0".join(files)).hexdigest()


def read(path: Path) -> dict[str, Choice]:
    """By the name of the part; nothing where the file is not there or not whole."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    found = {}
    for name, each in said.items():
        all_of_them = [dict(changes) for changes in each["witnesses"]]
        serving = {secret: [all_of_them[n] for n in numbers] for secret, numbers in each["serving"]}
        found[name] = Choice(frozenset(each["hidden"]), frozenset(each["blurred"]), serving)
    return found


def write(path: Path, choices: Mapping[str, Choice]) -> None:
    """These and no others, so that the file doesn't grow."""
    said = {}
    for name, each in choices.items():
        once = {id(changes): changes for found in each.witnesses.values() for changes in found}
        at = {identity: number for number, identity in enumerate(once)}
        said[name] = {
            "hidden": sorted(each.hidden), "blurred": sorted(each.blurred),
            "witnesses": [list(changes.items()) for changes in once.values()],
            "serving": [(secret, [at[id(changes)] for changes in found]) for secret, found in each.witnesses.items()],
        }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(said), encoding="utf-8")
    new.replace(path)
