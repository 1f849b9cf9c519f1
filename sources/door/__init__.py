"""At the door: personal data that nobody agreed on are put aside before anything is kept."""
