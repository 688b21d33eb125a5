"""Config files: what they may hold, how they are read, what can be wrong in them."""
