"""Where Cairn runs: the servers it is tried against, and what a deployment needs. Imports no other room."""
