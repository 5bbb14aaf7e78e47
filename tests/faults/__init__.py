"""The fault rig: whatever can go wrong does, and a judge that was there says whether the promise held."""
