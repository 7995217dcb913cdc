"""What people read of a job (pure): its card, its status, its team's message, the lines of its
thread.
"""
