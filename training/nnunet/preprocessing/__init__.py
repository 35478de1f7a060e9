"""From a raw data set and plans to what a trainer reads."""
