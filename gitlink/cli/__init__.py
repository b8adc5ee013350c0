"""The command line: each command parses, asks `world` for what it needs, and reports."""
