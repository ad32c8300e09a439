"""The domain: mounts, rings, sources, listeners, access, events."""
