"""Named jobs that run at times given by lines of cron: reading, running and remembering them."""
