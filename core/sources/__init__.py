"""Where comments come from: files and Hacker News."""
