"""Whether a finished folder of pages has every file that its pages, and its data's description, speak of."""

from __future__ import annotations

import json
import re
from pathlib import Path


def broken(folder: Path) -> list[str]:
    """The links, as ``page: target``, that lead to no file. Addresses elsewhere are not asked."""
    named = [
        (page, target)
        for page in sorted(folder.rglob("*.html"))
        for target in re.findall(r'(?:href|src)="([^"#?]+)', page.read_text(encoding="utf-8"))
    ]
    package = folder / "data" / "datapackage.json"
    named += [(package, resource["path"]) for resource in json.loads(package.read_text("utf-8"))["resources"]]
    here = [(page, target) for page, target in named if not re.match(r"\w+:", target)]
    return [f"{page.relative_to(folder)}: {target}" for page, target in here if not (page.parent / target).is_file()]
