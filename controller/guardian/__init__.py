"""The process that switches off when the engine falls silent, and its heartbeats."""
