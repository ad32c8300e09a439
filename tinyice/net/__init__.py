"""Twisted protocols: the door, sources, listeners, the pulse."""
