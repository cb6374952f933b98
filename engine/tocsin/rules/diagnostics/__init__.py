"""What a user got wrong: codes, meanings, and how they are printed."""
