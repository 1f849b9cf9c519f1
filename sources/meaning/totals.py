"""Rows that add others up, as people put them below a table or below each of its blocks.

Where the period or the place says "Total", that is plain. Most files say it elsewhere: in the column of running
numbers, of names or of children, which a layout need not read. Whoever adds such a row to the others counts twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from sources.meaning.vocabulary import TOTAL, TOTAL_WORDS, is_total

_BETWEEN = r"[\W_]*"  # to this library of patterns every letter beyond ASCII is a sign, too; `is_total` knows better
_LIKE_A_TOTAL = f"(?i)^{_BETWEEN}(?:{'|'.join(_BETWEEN.join(word) for word in sorted(TOTAL_WORDS))}){_BETWEEN}$"


def rows_of_totals(table: pa.Table, names: Sequence[str], units: Sequence[str]) -> pa.Array:
    """For each row, whether it says that it adds others up.

    It does where the word stands in one of the columns ``units``, or is what the row is called: its first text in the
    columns ``names``, from the left. A word that stands in most of the rows tells none of them apart.
    """
    found = is_open = None
    for name in names:
        column = table[name]
        here = _says_total(column)
        found = _or(found, here if here is None or is_open is None else pc.and_(here, is_open))
        empty = pc.or_(pc.or_(pc.equal(column, ""), pc.utf8_is_space(column)), pc.utf8_is_decimal(column))
        is_open = empty if is_open is None else pc.and_(is_open, empty)
        if not pc.any(is_open).as_py():
            break
    for name in units:
        found = _or(found, _says_total(table[name]))
    if found is None or 2 * pc.sum(found).as_py() > table.num_rows:
        return pa.repeat(False, table.num_rows)
    return found.combine_chunks()


def _says_total(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Which cells are such a word; None where none is. Each of the few words that look like one is asked about once."""
    like = pc.match_substring_regex(column, _LIKE_A_TOTAL)
    if not pc.any(like).as_py():
        return None
    words = [word for word in pc.unique(column.filter(like)).to_pylist() if is_total(word) and word != TOTAL]
    return pc.is_in(column, pa.array(words, pa.string())) if words else None


def _or(one: pa.ChunkedArray | None, other: pa.ChunkedArray | None) -> pa.ChunkedArray | None:
    return pc.or_(one, other) if one is not None and other is not None else one if other is None else other
