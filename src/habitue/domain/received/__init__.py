"""What tills and shops may send, and how it becomes an exact event."""
