"""What is written: masks, tables, records, key images; DICOM objects are `dicom_out`'s."""
