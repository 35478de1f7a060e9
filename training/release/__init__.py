"""Pseudo-masks as others can read them: the challenge's layout. Makes no masks."""
