"""What all tables share. `tables` imports every one of them."""

from sqlalchemy import BigInteger, Integer, MetaData

metadata = MetaData()
# 64 bits in every database. In SQLite only a key declared as INTEGER counts up by itself.
WIDE = BigInteger().with_variant(Integer(), "sqlite")
