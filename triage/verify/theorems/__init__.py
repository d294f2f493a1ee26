"""The theorems about a pack, one module each: what holds for every answer set there can be."""
