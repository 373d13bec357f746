"""Reading and writing rows. Nothing here commits: `get_db` does."""
