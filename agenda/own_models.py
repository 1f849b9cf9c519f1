"""An initiative's own models: what measures are made of that nobody reports and no formula can say.

A model is a file with one ``select`` over the tables of `READS`, which hold the numbers that the measure is declared
to be made ``of`` and no others. Each row that it gives is a number as if its partner had reported it, so all that holds
for a reported number holds for it: how it adds up, which groups it has, how it is protected. dbt runs it, as
``int_modelled``.
"""

from __future__ import annotations

from agenda.folder import Folder
from agenda.model import Model
from agenda.reader import misplaced
from agenda.spelling import nearest
from agenda.sql import columns_of

_MEMBERS = "MAP(VARCHAR, VARCHAR)"
READS: dict[str, dict[str, str]] = {
    "observations": {
        "partner": "VARCHAR", "measure": "VARCHAR", "period": "VARCHAR", "period_type": "VARCHAR",
        "period_start": "DATE", "period_end": "DATE", "place": "VARCHAR", "members": _MEMBERS,
        "value": "DECIMAL(18,6)", "status": "VARCHAR",
    },
    "reference": {
        "measure": "VARCHAR", "place": "VARCHAR", "year": "INTEGER", "members": _MEMBERS, "value": "DECIMAL(18,6)",
    },
    "places": {"place": "VARCHAR", "name": "VARCHAR", "level": "VARCHAR", "parent": "VARCHAR"},
}  # fmt: skip
"""What a model may read; docs/data-engineer.md says what the columns are."""
NEEDED = ("partner", "period", "place", "value")
GIVES = (*NEEDED, "members", "status")


def model_sql(folder: Folder, model: Model) -> str:
    """The model's query, without the semicolon that may end it."""
    return (folder.path / model.file).read_text(encoding="utf-8-sig").strip().rstrip(";").rstrip()


def wrong_with(folder: Folder, model: Model) -> str | None:
    """Why the file can't be used as a model, or None."""
    if problem := misplaced(folder.path, model.file):
        return problem
    try:
        columns = columns_of(model_sql(folder, model), READS)
    except UnicodeDecodeError as error:
        return f"{model.file} is not UTF-8 text ({error.reason}); save it as UTF-8"
    except ValueError as error:
        return f"{model.file} {error}"
    if lacking := [name for name in NEEDED if name not in columns]:
        return f"{model.file} gives no column {lacking[0]}; it needs {', '.join(NEEDED)}"
    if unknown := [name for name in columns if name not in GIVES]:
        return f"{model.file} gives a column {unknown[0]!r} that is not known here{nearest(unknown[0], GIVES)}"
    if columns.get("members", _MEMBERS) != _MEMBERS:
        return f"{model.file} gives members that are no map, like map {{'age_group': 'infant'}}"
    return None
