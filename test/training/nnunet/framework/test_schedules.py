import pytest

from training.nnunet.framework.schedules import FINE_TUNE, SCHEDULES, Schedule


@pytest.mark.parametrize(
    ("name", "epochs", "lr"),
    [
        ("nnUNetTrainer_ULS_3k", 3000, 0.01),
        ("nnUNetTrainer_ULS_3k_HalfLR", 3000, 0.005),
        ("nnUNetTrainer_ULS_2k_QuarterLR", 2000, 0.0025),
        ("nnUNetTrainer_ULS_1k_HalfLR", 1000, 0.005),
        ("nnUNetTrainer_ULS_1k_QuarterLR", 1000, 0.0025),
        ("nnUNetTrainer_ULS_500_HalfLR", 500, 0.005),
        ("nnUNetTrainer_ULS_500_QuarterLR", 500, 0.0025),
    ],
)
def test_the_challenges_trainers(name: str, epochs: int, lr: float) -> None:
    assert SCHEDULES[name] == Schedule(epochs, lr)


def test_fine_tuning_is_that_of_the_hcuch_paper() -> None:
    assert SCHEDULES[FINE_TUNE] == Schedule(300, 1e-4)
