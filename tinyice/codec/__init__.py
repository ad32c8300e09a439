"""PyAV: what encodes and decodes, in child processes only."""
