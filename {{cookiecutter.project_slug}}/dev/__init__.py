"""Tools for developing the service. Nothing here is part of the image."""
