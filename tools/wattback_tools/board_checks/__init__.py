"""What only silicon can prove: measurements on a real board, run on it or asked of a person.

`by_board` and `by_person` are the table, `checks` its columns, `code` what runs on the board,
`running` the run of it, `record` what is kept. Nothing is called passed that was not measured.
"""
