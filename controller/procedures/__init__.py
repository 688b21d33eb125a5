"""Procedures on a bench: its proofs before a run, calibration and tuning."""
