"""The pages. Views are thin: read the form, call one service, render."""
