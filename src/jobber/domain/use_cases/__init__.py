"""What jobber does: each module one command, in steps that ports carry out."""
