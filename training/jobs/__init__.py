"""Resumable jobs: stages that are done once, their records, digests of what they depend on."""
