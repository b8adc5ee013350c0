"""What forges send and what they can be asked, as values; only `client` has anything sent, and by `transport`."""
