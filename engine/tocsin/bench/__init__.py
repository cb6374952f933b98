"""What matching costs on this machine, as ratios against other ways to the same verdicts."""
