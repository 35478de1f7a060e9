"""The smoke run's input: two synthetic lesions, clicked three times each, in one stack."""
