"""Where every number that a finished edition shows comes from: its own published data, or a kind with a rule of its own.

`unexplained` reads an edition as strangers would, its pages and its ``data/``, and knows nothing of how pages are made
but how a language writes numbers (`reports.words`). A number may be

- a value of the data, where it stands: in a table its row's and column's; in the sentence, the tile, the key figures and
  the charts of an indicator one of that indicator's values, changes, targets, projections, cohorts, or a difference or
  ratio of two of its groups;
- a label of an axis: evenly spaced with its neighbours, as far apart as their numbers say;
- a count of partners, measures or indicators that ``reporting.csv`` and ``indicator_values.csv`` give;
- a count of what `activities.yml`, the story or the agenda list: work, meetings and who was there, indicators and how
  they stand;
- a count of rows or findings, of which no more than this is known outside: what was taken in, turned away and not
  asked for makes what was read, and no more partners have findings than there are findings, or partners that reported;
- a part of a day, month or period that the data or the agenda name, of a text that a person wrote, or of the pages' own
  words ("95 % interval"), each taken out whole, or a limit that `initiative.yml` sets.

Of a partner's scorecard `unexplained_on_card` says the same, where beside the edition stand the partner's own numbers.
"""

from __future__ import annotations

from tests.reports.told.card import unexplained_on_card as unexplained_on_card
from tests.reports.told.check import in_languages as in_languages
from tests.reports.told.check import only_on_paper as only_on_paper
from tests.reports.told.check import unexplained as unexplained
from tests.reports.told.edition import Edition as Edition
from tests.reports.told.page import Node as Node
from tests.reports.told.page import printed_text as printed_text
from tests.reports.told.page import tree as tree
