"""Form definitions: model, loading, rendering of blanks, templates to register scans on."""
