"""The words of gitlink without the world: no I/O, no clock, no environment."""
