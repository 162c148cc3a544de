"""How the programs of the command line speak: exit codes, answers, and paper to print on."""
