"""Reporting portals: an embeddable form, its intake, and the staff's console."""
