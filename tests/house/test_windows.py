"""Windows are opened in one way."""

import ast

from tests.house.test_ratchets import product


def test_no_view_is_called_for_beside_the_one_way() -> None:
    """Without this, the next window would be opened without words for the day on which it does
    not open.
    """
    beside = [
        f"{file.name}:{node.lineno}"
        for file, tree in product()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.startswith("views_")
    ]
    assert beside == []
