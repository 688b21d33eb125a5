"""Run files: written tick by tick, read whole or cut off, chained and exported."""
