"""Work that is held, tried again and set aside."""
