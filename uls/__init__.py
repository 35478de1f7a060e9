"""What a VOI, a click, a stack and a lesion are. numpy and SimpleITK only; no network, no torch."""
