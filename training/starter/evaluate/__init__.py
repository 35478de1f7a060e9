"""The fixed validation protocol: lesions never trained on, clicked thrice, in whole VOIs."""
