"""What languages and translations can get wrong: a language that nobody knows, a text that nobody wrote.

What is missing there is no fault: a page shows the original, marked. `untranslated_in` says it as advice.
"""

from __future__ import annotations

from collections.abc import Iterator

from agenda.entry import is_language
from agenda.errors import Problem
from agenda.folder import Folder, translation_file
from agenda.in_language import asked_for, untranslated
from agenda.known import Known
from agenda.spelling import nearest
from agenda.written import Path_, leaves


def translations_problems(known: Known) -> Iterator[Problem]:
    """A language that is named twice, and every entry of a translation that translates nothing."""
    folder = known.folder
    yield from known.once("initiative.yml", ("languages",), folder.initiative.languages)
    for file, given in folder.translations.items():
        period, _, language = file.removesuffix(".yml").rpartition("/")[2].rpartition(".")
        if not is_language(language):
            yield known.problem(file, (), f"{language!r} is no language that is known here; name it like es, ko or zh")
        elif language == folder.initiative.language:
            yield known.problem(
                file, (), f"{language} is what the initiative's own files are written in; delete this file"
            )
        elif period and period not in folder.stories:
            story = nearest(period, folder.stories)
            yield known.problem(file, (), f"there is no stories/{period}.yml that this could translate{story}")
        else:
            asked = asked_for(folder, language, period or None)
            for path, _ in leaves(given):
                if path and path not in asked:
                    yield known.problem(file, path, _unknown(path, asked))


def untranslated_in(folder: Folder) -> Iterator[tuple[str, list[Path_]]]:
    """Each file of translations that a published language needs, with the texts that it lacks."""
    for language in folder.initiative.published_in[1:]:
        for period in (None, *folder.stories):
            if missing := untranslated(folder, language, period):
                yield translation_file(language, period), missing


def _unknown(path: Path_, asked: set[Path_]) -> str:
    """What is wrong at the first part of ``path`` that leads nowhere."""
    at = next(n for n in range(len(path) + 1) if not any(one[: n + 1] == path[: n + 1] for one in asked))
    if at == len(path):
        return "has keys of its own, below which the texts stand"
    beside = {str(one[at]) for one in asked if one[:at] == path[:at] and len(one) > at}
    if not beside:
        return f"is one text; it has no {path[at]!r}"
    return f"there is no {str(path[at])!r} to translate{nearest(str(path[at]), beside)}"
