"""From bytes to a sheet of text: whatever a file is, within limits, in processes that may die."""
