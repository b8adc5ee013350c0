"""What `gitlink doctor` looks at: this machine and its hooks, Tracker, and a review service."""
