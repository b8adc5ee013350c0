"""Notifications: a Tracker trigger whose HTTP request posts to Slack or Telegram, or to the relay. Pure, no network."""
