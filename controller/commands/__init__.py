"""The commands of ``amf``, one module each, and what they show at a terminal."""
