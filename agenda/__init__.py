"""The vocabulary every other room shares: what an initiative is, its periods, its store, its errors.

Imports nothing of `sources`, `reports` or `flows`; they all import this.
"""
