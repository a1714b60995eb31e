"""Results into charts, a page, tables."""
