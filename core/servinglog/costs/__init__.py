"""What scoring costs, from the prices that a site enters and its serving log."""
