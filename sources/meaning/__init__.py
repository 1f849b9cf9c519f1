"""From text to observations: headings, words, shapes, and what the agenda asks of every number."""
