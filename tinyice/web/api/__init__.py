"""The JSON API: operations that are declared once, for routing, checking and description."""
