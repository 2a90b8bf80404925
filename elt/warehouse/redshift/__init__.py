"""Amazon Redshift: the warehouse (``cluster``), its connection (``session``), and loading by COPY (``copy_from_s3``).

``redshift_sql`` holds its types and statements, ``rows`` converts values between Arrow and the driver.
"""
