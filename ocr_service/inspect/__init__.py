"""Shows a person why a document was read as it was: one HTML file, with pictures of every stage."""
