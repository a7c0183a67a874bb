"""Signatures of what leaves: an Ed25519 key, the seal over an export, and the check of a sealed folder."""
