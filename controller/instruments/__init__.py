"""Instruments of a bench: opened, polled, driven, locked and switched off."""
