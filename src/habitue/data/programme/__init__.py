"""The mutable part: members, identifiers, programme versions, stores, keys, outbox."""
