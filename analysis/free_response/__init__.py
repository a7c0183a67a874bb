"""Free response: readers mark and rate as many places on a case as they like, or none."""
