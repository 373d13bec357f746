"""Reading and writing documents. Nothing here commits: `get_db` does."""
