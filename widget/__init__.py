"""The widget: what runs in a partner's page (loader) and in the frame, and how it is built."""
