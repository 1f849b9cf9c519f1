"""The gate before publishing: how people are kept from being recognised must have been decided.

``small_counts`` withholds small counts of people, see `reports.disclosure.withhold`; ``none`` is for numbers that
identify nobody, and its reason is asked for in writing.
"""

from __future__ import annotations

from agenda.errors import HeldBack
from agenda.folder import Folder
from agenda.model import Disclosure


def require_policy(folder: Folder) -> Disclosure:
    """The initiative's disclosure policy. Raises `HeldBack`, saying what to write where, while there is none."""
    policy = folder.initiative.disclosure
    if policy is None:
        raise HeldBack(
            f"{folder.path / 'initiative.yml'} says nothing about disclosure, so nothing is published. Write "
            "there, to withhold small counts of people and what would reveal them:\n"
            "  disclosure:\n"
            "    policy: small_counts\n"
            "or, if no number in this report can identify a person, why that is so, in a sentence:\n"
            "  disclosure:\n"
            "    policy: none\n"
            "    reason: ..."
        )
    return policy
