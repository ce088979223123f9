"""Small inputs on which figures go wrong elsewhere, each with what is right: the real door from HTTP to the marts.

A module here is a kind of trouble and lists its `CASES`. `test_cases.py` serves each case's records by the sandbox,
lands its days as an account of its own, builds all accounts' marts at once, and compares. So a case costs a second, and
no account may disturb another. To add one: write the records with the makers of `records.py`, and the queries with
their right rows. A case whose `variables` differ costs a build of its own.
"""
