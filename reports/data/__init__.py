"""The numbers for programs: the data package, its lists, and what describes it."""
