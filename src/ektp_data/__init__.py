"""Data that is shipped: regions (wilayah), the record file's columns, demo people, Indonesian texts.

Everything here is read from this package's own files; nothing is fetched.
"""
