"""What the world has to documents and counts."""
