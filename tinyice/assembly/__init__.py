"""What the service is put together from: the one level that names concrete classes."""
