"""Processes that serve listeners from rings in shared memory."""
