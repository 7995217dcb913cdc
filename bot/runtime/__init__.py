"""One process: its parts joined, its rounds run, its health told. Nothing here decides anything."""
