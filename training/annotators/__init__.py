"""Several people's masks of one lesion: voted into one, compared, and listed for review."""
