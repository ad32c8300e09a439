"""The only place that knows threads and child processes."""
