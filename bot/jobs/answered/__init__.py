"""What people answered in jobs that are over: read by the worker, kept, and told to whom it
concerns.
"""
