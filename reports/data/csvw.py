"""The data package once more, described as CSV on the Web.

``csv-metadata.json`` is the name under which programs look for the metadata of a CSV file in its folder (W3C, Model
for Tabular Data, 5.3). What it says is W3C's Metadata Vocabulary for Tabular Data (2015); all of it is taken from the
package's own description, so that the two can't differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAME = "csv-metadata.json"


def table_group(package: Mapping[str, Any], language: str, rights: str) -> dict[str, Any]:
    """The tables of a Frictionless ``package`` as a CSVW table group; ``rights`` is the sentence on their use."""
    licence = [{"@id": one["path"]} for one in package.get("licenses", ())]
    tables = {one["name"]: one for one in package["resources"] if "schema" in one}
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": language}],
        "dc:title": package["title"],
        "dc:description": package["description"],
        "dc:publisher": package["sources"][0]["title"],
        "dc:modified": {"@value": package["created"], "@type": "xsd:dateTime"},
        "dc:rights": rights,
        **({"dc:license": licence[0]} if licence else {}),
        "tables": [_table(one, tables) for one in tables.values()],
    }


def _table(resource: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    schema = resource["schema"]
    keys = [
        {
            "columnReference": key["fields"],
            "reference": {
                "resource": tables[key["reference"]["resource"]]["path"],
                "columnReference": key["reference"]["fields"],
            },
        }
        for key in schema.get("foreignKeys", ())
    ]
    return {
        "url": resource["path"],
        "dc:title": resource["title"],
        "tableSchema": {
            "columns": [_column(field) for field in schema["fields"]],
            "primaryKey": schema["primaryKey"],
            **({"foreignKeys": keys} if keys else {}),
        },
    }


def _column(field: Mapping[str, Any]) -> dict[str, Any]:
    """Frictionless' types have the names of CSVW's datatypes."""
    return {
        "name": field["name"],
        "titles": field["name"],
        "dc:description": field["description"],
        "datatype": field["type"],
        **({"required": True} if field.get("constraints", {}).get("required") else {}),
    }
