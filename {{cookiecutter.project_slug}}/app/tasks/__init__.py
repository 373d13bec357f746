"""Work that is done after the answer was sent."""
