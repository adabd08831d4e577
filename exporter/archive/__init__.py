"""Reports kept for auditors: a chain of hashes that is signed, verified and asked offline."""
