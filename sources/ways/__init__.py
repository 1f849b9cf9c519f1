"""The ways in: what partners drop, and what their sheets, APIs and databases hold when they are asked."""
