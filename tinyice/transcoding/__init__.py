"""Transcoders: mounts that are fed with what another mount plays, in another quality."""
