"""Runs the statements on standard input, one a line, on a file, and prints the rows."""
import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1], timeout=20)
for line in sys.stdin:
    for row in connection.execute(line):
        print("|".join("" if value is None else str(value) for value in row))
connection.commit()
connection.close()
