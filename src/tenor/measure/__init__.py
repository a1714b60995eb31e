"""Tables to rows of one shape, as SQL."""
