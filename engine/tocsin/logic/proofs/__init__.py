"""Why a condition was true, or was not."""
