"""What every layer above may use: database, security, errors, logging."""
