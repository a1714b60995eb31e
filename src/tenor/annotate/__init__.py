"""Text to sentences, scores and annotations."""
