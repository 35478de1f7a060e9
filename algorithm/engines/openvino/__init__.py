"""The engine of OpenVINO for CPUs, with the changes that its graphs need."""
