"""The template workbook: made from the agenda, filled in by a partner, read back."""
