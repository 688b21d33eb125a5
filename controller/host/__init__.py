"""The computer itself: its clock, its power, and the signals that end a run."""
