"""Which engine runs a model: candidates, accuracy check, timing, what is remembered."""
