"""Charts: what they are drawn on, and how each is drawn."""
