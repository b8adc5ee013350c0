"""Yandex Tracker's REST API: what is asked, what it answers, and which move leads where."""
