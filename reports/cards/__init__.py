"""Scorecards: each partner's own numbers beside what everybody may read."""
