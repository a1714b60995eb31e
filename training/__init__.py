"""Where tenor's encoder is made: sets, leaks, scores, floors and the base; torch is imported only here."""
