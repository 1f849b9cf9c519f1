"""Reads an initiative folder into its typed models, and says file, line and key of whatever is wrong.

initiative.yml  agenda.yml  partners.yml      required
activities.yml  stories/<period>.yml          optional
translations/<language>.yml                   what they say in another language (`agenda.in_language`)
stories/<period>.<language>.yml
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agenda.errors import ConfigurationError, Problem
from agenda.model import Agenda, Initiative, Layout, Partner, Partners
from agenda.reader import Reader, misplaced
from agenda.stories import Activities, Story
from agenda.written import Source


@dataclass(frozen=True)
class Folder:
    """An initiative folder, read and checked in shape. ``sources`` keep the lines for later checks."""

    path: Path
    initiative: Initiative
    agenda: Agenda
    partners: Partners
    activities: Activities
    stories: Mapping[str, Story]
    translations: Mapping[str, Mapping[str, Any]]  # by file
    sources: Mapping[str, Source]
    names: frozenset[str]  # of every file that was read

    def layouts_of(self, partner: Partner) -> dict[str, Layout]:
        return {name: self.partners.layouts[name] for name in partner.layouts}

    def story(self, period: str) -> Story:
        return self.stories.get(period, Story())

    def translation(self, language: str, period: str | None = None) -> Mapping[str, Any]:
        """What is translated into ``language``, or into its main kind (``es`` of ``es-MX``), as its file has it."""
        for name in dict.fromkeys((language, language.split("-")[0])):
            file = translation_file(name, period)
            if file in self.translations:
                return self.translations[file]
        return {}

    def files(self) -> dict[str, bytes]:
        """The agenda as an edition keeps it: every file that was read, by its path in the folder."""
        return {name: (self.path / name).read_bytes() for name in sorted(self.names)}

    def digest(self) -> str:
        """SHA-256 over names and contents of all files that make up the agenda."""
        total = hashlib.sha256()
        for name, content in self.files().items():
            total.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
        return total.hexdigest()


def read_folder(path: Path) -> Folder:
    """The initiative in ``path``.

    Raises `ConfigurationError` with every problem of shape found in any of its files.
    """
    if not (path / "initiative.yml").is_file():
        raise ConfigurationError(
            f"{path} holds no initiative.yml. Name an initiative's folder with --initiative DIR, "
            "or make one with: cairn init DIR"
        )
    reader = Reader(path)
    initiative = reader.model("initiative.yml", Initiative)
    agenda = reader.model("agenda.yml", Agenda)
    partners = reader.model("partners.yml", Partners)
    activities = reader.model("activities.yml", Activities, required=False)
    in_folders = [file for name in ("stories", "translations") for file in (path / name).glob("*.[Yy]*[Mm][Ll]")]
    for file in [path / "activities.yaml", *sorted(in_folders)]:
        if file.exists() and file.suffix != ".yml":
            renamed = file.relative_to(path).with_suffix(".yml")
            reader.problems.append(Problem(str(file.relative_to(path)), 1, "", f"is not read; rename it to {renamed}"))
    told = sorted(p.name.removesuffix(".yml") for p in (path / "stories").glob("*.yml"))
    stories = {name: reader.model(f"stories/{name}.yml", Story) for name in told if "." not in name}
    files = [f"stories/{name}.yml" for name in told if "." in name]
    files += sorted(f"translations/{p.name}" for p in (path / "translations").glob("*.yml"))
    translations = {file: reader.texts(file) for file in files}
    if reader.problems:
        raise ConfigurationError(f"{path} can't be used as it is:", reader.problems)
    beside = [series.file for series in agenda.reference] + [m.model.file for m in agenda.measures if m.model]
    reader.names.update(file for file in beside if misplaced(path, file) is None)
    names = frozenset(reader.names)
    return Folder(path, initiative, agenda, partners, activities, stories, translations, reader.sources, names)


def translation_file(language: str, period: str | None = None) -> str:
    """The file that translates what was agreed, or a quarter's story."""
    return f"translations/{language}.yml" if period is None else f"stories/{period}.{language}.yml"
