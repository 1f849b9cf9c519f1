"""The report's numbers as a schema.org ``Dataset`` in JSON-LD: what search engines for data read from a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from reports.data import csvw
from reports.data.citation import citation, terms
from reports.data.lists import page_of
from reports.escape import flat
from reports.quarter.tables import Quarter
from reports.words import Words, sentence_case

_DISTRIBUTED = {
    "data/indicator_values.csv": "text/csv",
    "data/indicator_values.parquet": "application/vnd.apache.parquet",
    "data/datapackage.json": "application/json",
    f"data/{csvw.NAME}": "application/csvm+json",
}


def dataset(quarter: Quarter, words: Words, number: int, folder: str = "") -> Mapping[str, Any]:
    """``number`` is the edition's, ``folder`` where pages of this language lie in it.

    Addresses are relative to that folder where the site's address is not known.
    """
    initiative, period = quarter.folder.initiative, quarter.period

    def at(path: str) -> str:
        """Of a page in this language."""
        return initiative.public(f"{period}/{folder}{path}") if initiative.address else path

    def beside(path: str) -> str:
        """Of what has no language: it lies in the edition itself."""
        return initiative.public(f"{period}/{path}") if initiative.address else "../" * folder.count("/") + path

    name = words._("{name}: {period}", name=flat(initiative.name), period=sentence_case(words.period(period)))
    first = min(quarter.values["period_start"].unique().to_list(), default=period.start)
    said = [flat(initiative.tagline), flat(initiative.notice), terms(initiative, words)]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": name,
        "description": words.running((citation(quarter, words, number), *said)),
        "url": at("index.html"),
        "inLanguage": words.language,
        "version": str(number),
        "dateModified": quarter.as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "temporalCoverage": f"{first}/{period.end - timedelta(days=1)}",
        "spatialCoverage": {"@type": "Place", "name": flat(quarter.root.name)},
        "isAccessibleForFree": True,
        **({"license": initiative.licence.url} if initiative.licence else {}),
        "creditText": citation(quarter, words, number),
        "creator": {"@type": "Organization", "name": flat(initiative.name)},
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "propertyID": indicator.id,
                "name": flat(indicator.name),
                "description": flat(indicator.definition),
                "unitText": flat(indicator.unit),
                "url": at(page_of(indicator.id, goal.id)),
            }
            for goal in quarter.goals
            for indicator in map(quarter.indicators.__getitem__, goal.indicators)
        ],
        "distribution": [
            {"@type": "DataDownload", "contentUrl": beside(path), "encodingFormat": kind}
            for path, kind in _DISTRIBUTED.items()
        ],
    }
