"""Who works behind Ground Truth: a job's tasks and outputs, simulated teams, and the worker pages
for people.
"""
