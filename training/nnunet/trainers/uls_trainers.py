"""The trainer classes, for nnU-Net to find by name; `training.nnunet.schedules` lists them."""

from training.nnunet.schedules import SCHEDULES
from training.nnunet.uls_trainer import UlsTrainer

for _name, _schedule in SCHEDULES.items():
    globals()[_name] = type(_name, (UlsTrainer,), {"schedule": _schedule, "__module__": __name__})
