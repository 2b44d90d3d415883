"""The widgets of the terminal UI, each over lines that the render room draws."""
