"""How fast scoring is, beside implementations that follow the definitions word by word."""
