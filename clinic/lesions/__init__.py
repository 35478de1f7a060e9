"""Clicks, boxes and lesions: where they are pointed at, how large they are, what to be wary of."""
