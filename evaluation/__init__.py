"""Scores predicted lesion masks against reference masks, as the ULS23 challenge does."""
