"""Statistics on arrays, one of each kind; knows neither lesions' files nor reports."""
