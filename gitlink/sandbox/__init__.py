"""A stand-in for Yandex Tracker's REST API, written from its documentation; it imports nothing else of gitlink."""
