"""The made-up valley: `world` is what is true there, `offices` and `providers` are what partners write about it."""
