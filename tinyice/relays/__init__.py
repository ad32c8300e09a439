"""Streams of other servers: relays, and servers that are mirrored whole."""
