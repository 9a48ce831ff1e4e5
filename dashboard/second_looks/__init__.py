"""The page Second looks: a person judges a text without its decision."""
