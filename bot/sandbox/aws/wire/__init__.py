"""What every service of AWS has on the wire: requests, signatures, protocols made from botocore's
models, errors.
"""
