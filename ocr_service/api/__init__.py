"""HTTP edge: routes and pydantic schemas."""
