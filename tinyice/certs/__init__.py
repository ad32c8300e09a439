"""Certificates: which one a connection gets, and whether its files can be used."""
