"""Comments of Hacker News, from Firebase and from Algolia."""
