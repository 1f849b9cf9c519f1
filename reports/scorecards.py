"""The scorecards of a quarter: written with each draft, rendered and handed out when its edition is published.

    editions/<period>/<digest>.scorecards.json        what they say: private, and frozen with the edition
    receipts/<partner>/scorecards/<period>.html, .pdf  the partner's own, which it alone can read

So a scorecard never shows a number of the coalition that is not public yet, nor another one than the edition does.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import duckdb

from agenda.entry import Entry
from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.model import Partner
from agenda.store import Store
from reports.edition import Edition, decoded, encoded
from reports.own_parts import read_own_parts
from reports.pages import write_theme
from reports.render import Progress, render
from reports.scorecard import Coalition, Scorecard, Writer
from reports.tables import Quarter
from reports.templating import environment, rendered
from reports.web import style
from reports.words import Words
