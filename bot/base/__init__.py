"""The ground everything stands on: settings, the database, AWS clients, errors for people, Block
Kit, the clock.
"""
