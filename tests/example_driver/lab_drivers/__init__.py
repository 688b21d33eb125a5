"""Drivers of instruments that one lab has built itself."""
