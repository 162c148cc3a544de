"""What several ports share to read and write bytes: check sums, CBOR, lines."""
