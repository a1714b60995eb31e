"""Runs pure functions over fixed units of work, and survives what happens to the processes that do it."""
