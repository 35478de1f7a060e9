"""The HCUCH data set: CT of 22 patients over time, its lesions, diameters and RECIST follow-up."""
