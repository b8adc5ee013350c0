"""The hook path: what runs inside `git push` and `git commit`, in milliseconds."""
