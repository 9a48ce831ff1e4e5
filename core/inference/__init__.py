"""What scores comments."""
