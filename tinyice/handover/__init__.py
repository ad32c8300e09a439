"""A running station goes over to another process, and nobody hears of it."""
