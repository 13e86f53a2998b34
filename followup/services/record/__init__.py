"""The visit as a record: summary, signing, the PDF and its filing."""
