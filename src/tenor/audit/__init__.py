"""Claims to hypotheses to verdicts."""
