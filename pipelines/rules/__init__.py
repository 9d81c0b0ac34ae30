"""Rules that hold on every form whose fields have the kinds or the roles they look at."""
