"""Services of other people that this one calls."""
