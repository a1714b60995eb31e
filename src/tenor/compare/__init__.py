"""Arrays to estimates: numpy and scipy only, no text, no tables."""
