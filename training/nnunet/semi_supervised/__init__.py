"""nnUnet-ResEnc+SS: from measurements and few full annotations to the baseline, in five stages."""
