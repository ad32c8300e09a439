"""The model of ``tinyice.json``: load, validate, save, document."""
