"""What runs on the board when the recorded evening is replayed; `words.py` is the layout."""
