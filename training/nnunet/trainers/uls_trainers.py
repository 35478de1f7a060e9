"""The trainer classes, for nnU-Net to find by name; `framework.schedules` lists them."""

from training.nnunet.framework.schedules import SCHEDULES
from training.nnunet.run.uls_trainer import UlsTrainer

for _name, _schedule in SCHEDULES.items():
    globals()[_name] = type(_name, (UlsTrainer,), {"schedule": _schedule, "__module__": __name__})
