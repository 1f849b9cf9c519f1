"""Editions: drafted, reviewed, approved, published, and followed from afar."""
