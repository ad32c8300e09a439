"""What must outlive a restart and is no configuration: one SQLite file, one writer."""
