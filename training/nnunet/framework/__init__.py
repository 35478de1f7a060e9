"""What nnunetv2 needs around it: environment, trainers' schedules, imports that it breaks on."""
