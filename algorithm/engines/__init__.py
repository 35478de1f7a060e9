"""How a network runs: engines that turn a float32 batch into float32 logits.

`selection` chooses among what `catalogue` lists; each engine knows its own library and no other. On
a CPU, OpenVINO and winograd run models with no torch installed.
"""
