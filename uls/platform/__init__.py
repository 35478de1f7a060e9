"""What Grand Challenge agrees on with an image: sockets, predictions, job times, the server.

Nothing else in the project knows the platform's files and ports.
"""
