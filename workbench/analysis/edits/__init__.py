"""What candidates changed: kinds of edits from the syntax tree, what each gains, cycling."""
