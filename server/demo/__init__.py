"""The demo: everything on one machine, seeded, with partners' pages on origins of their own."""
