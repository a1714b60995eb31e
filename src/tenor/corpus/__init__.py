"""Documents and counts to a store that loses nothing."""
