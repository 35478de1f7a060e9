"""The paper of the HCUCH data set (Zenodo record 17788162)."""
