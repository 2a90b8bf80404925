"""Detects a store that overwrites objects, before a run writes to it."""

from hospital_sim.storage.protocol import ObjectStore, OverwritingStoreError


def create_once(store: ObjectStore, key: str, data: bytes) -> bool:
    """Create one object, and check that the store refuses to create it again.

    Args:
        store: The store.
        key: Key of the object.
        data: Bytes of the object.

    Returns:
        True if it was created; False if the same bytes existed already.

    Raises:
        OverwritingStoreError: If the store created the object twice, because it ignores the condition.
        StorageError: As in ``ObjectStore.create``.
    """
    created = store.create(key, data)
    if created and store.create(key, data):
        raise OverwritingStoreError(
            store.url,
            "the store ignores the condition to create an object only if its key is free (If-None-Match), so writers "
            "could overwrite each other; use another store, or --single-writer if nothing else writes to this one",
        )
    return created
