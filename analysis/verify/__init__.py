"""Whether a site says what its data say: everything computed anew and compared, `make verify SITE=…`.

site        what a downloaded site says: values, pages, tables, drawings, the record of its making
compare     where that differs from what is computed here
__main__    the command
"""
