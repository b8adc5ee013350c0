"""The review service: what a forge tells is kept before it is acknowledged, and told to Tracker once, in order."""
