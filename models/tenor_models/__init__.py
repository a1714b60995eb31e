"""The files of the model with which tenor reads texts; nothing here is run."""
