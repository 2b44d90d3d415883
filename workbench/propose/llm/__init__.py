"""Models: how they are named, called, counted, priced, and how they fail."""
