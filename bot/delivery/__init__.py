"""How nothing is lost and nothing is said twice: inbox, outbox, rate budget, and the only code that
posts.
"""
