"""The categories of documents as the office has them: added, renamed, merged, retired."""
