"""tenor."""
