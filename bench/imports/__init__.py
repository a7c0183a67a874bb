"""The importer beside its floor: what decoding, coding, verifying and hashing cost in one process."""
