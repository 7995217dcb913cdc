"""What each person answered, before a label was made of it: agreement, and people's figures."""
