"""Objects, handles and references."""
