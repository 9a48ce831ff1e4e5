"""The likely cause when scoring is slow, fails or refuses requests."""
