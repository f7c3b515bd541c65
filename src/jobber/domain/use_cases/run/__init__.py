"""Running a job and saving its result."""
