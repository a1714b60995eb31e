"""People to codes: samples to judge, answers read back, precision and recall."""
