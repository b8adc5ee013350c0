"""gitlink keeps Git and Yandex Tracker in step."""

__version__ = "0.1.0"
