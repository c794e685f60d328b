package dev.epoch.storage.postgres.schema;

/**
 * Identity of an object in PostgreSQL's catalogs.
 *
 * @param catalog oid of the catalog that has it
 * @param oid of the object, unique in its catalog
 */
record CatalogId(long catalog, long oid) {
  // the oids of the catalogs themselves are the same in every PostgreSQL
  static final long TYPE = 1247;
  static final long ROUTINE = 1255;
  static final long RELATION = 1259;
  static final long DEFAULT = 2604;
  static final long CONSTRAINT = 2606;
  static final long TRIGGER = 2620;
  static final long EXTENSION = 3079;
  static final long POLICY = 3256;

  static CatalogId relation(long oid) {
    return new CatalogId(RELATION, oid);
  }

  static CatalogId type(long oid) {
    return new CatalogId(TYPE, oid);
  }
}
