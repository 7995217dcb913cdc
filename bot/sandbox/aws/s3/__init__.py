"""S3 over HTTP, the store of objects behind it, and buckets in difficult situations."""
