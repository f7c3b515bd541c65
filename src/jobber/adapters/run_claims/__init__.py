"""Which jobber process owns a run or a tag."""
