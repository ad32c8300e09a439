"""The steps from one schema to the next; Alembic reads these files from this folder."""
