"""Sending: DICOM objects of results go through an outbox to an archive, by C-STORE or STOW-RS.

It knows folders of results and addresses of archives, nothing of lesions. What is in the outbox is
kept until the archive has it; what is sent twice is one instance there, as identifiers are content.
"""
