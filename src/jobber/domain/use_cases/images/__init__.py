"""Building, finding and pushing images."""
