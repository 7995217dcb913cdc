"""Pictures of results: objects with their labels drawn, one by one or twenty to a sheet. Needs the
extra `pictures` (Pillow), which nothing else imports.
"""
