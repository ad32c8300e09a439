"""Live data for browsers: server-sent events."""
