"""All outgoing HTTP: time-outs, size limits, and the guard of addresses."""
