"""How the objects that the bot writes are encrypted (pure): as LABELJOB_S3_ENCRYPTION says.

Buckets whose policy demands an encryption header deny every write without it. Source: PutObject's
ServerSideEncryption and SSEKMSKeyId; Ground Truth's OutputConfig.KmsKeyId (at most 2,048 signs).
"""

import re

NONE, OWN = "none", "AES256"
_KEY = re.compile(r"[a-zA-Z0-9:/_-]{1,2048}")


def check(setting: str) -> str:
    """The setting, where it is one.

    Raises:
        ValueError: with words: neither none nor AES256 nor a KMS key.

    """
    if not _KEY.fullmatch(setting):
        raise ValueError("write none, AES256, or the id, alias or ARN of a KMS key")
    return setting


def headers(setting: str) -> dict[str, str]:
    """What PutObject gets of it."""
    if setting == NONE:
        return {}
    if setting == OWN:
        return {"ServerSideEncryption": OWN}
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": setting}


def kms_key(setting: str) -> str:
    """The KMS key that Ground Truth shall write results with; "" for none."""
    return "" if setting in {NONE, OWN} else setting
