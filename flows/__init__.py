"""When, and in which order: the Prefect flows, and the command line in front of them.

Imports `sources`, `reports` and `agenda`; the only room where Prefect is known.
"""
