"""The server for MPD clients: one for each AutoDJ that wants one."""
