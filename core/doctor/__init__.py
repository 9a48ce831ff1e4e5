"""What this machine has, what the console uses of it and why, and what would be faster."""
