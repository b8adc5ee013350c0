"""HTTP with time-outs and bounded retries, and no secret in any fault; `send` is the only door to `requests`."""
