"""Rules written for X (Twitter), turned into rules of ours: exactly, or with a refusal that says why not."""
