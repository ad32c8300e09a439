"""Log files and log lines: event log, access log, authentication log."""
