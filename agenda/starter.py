"""What `cairn init` writes: the smallest initiative that works, to be made one's own."""

from __future__ import annotations

from pathlib import Path

from agenda.errors import ConfigurationError

FILES = Path(__file__).parent / "starter_files"


def write_starter(directory: Path) -> list[Path]:
    """Copy the starter into ``directory``; give the files written, in order.

    Raises `ConfigurationError` where something is there already: nothing of anybody's is written over.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ConfigurationError(f"{directory} is not empty; name a folder that doesn't exist yet")
    written = []
    for source in sorted(path for path in FILES.rglob("*") if path.is_file()):
        target = directory / source.relative_to(FILES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        written.append(target)
    return written
