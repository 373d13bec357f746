"""`make chaos`: break things under background jobs, and count what is lost and what is doubled."""
