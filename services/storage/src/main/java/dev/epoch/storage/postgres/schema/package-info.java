/** Introspection: the objects of a PostgreSQL database's schemas in the canonical model. */
package dev.epoch.storage.postgres.schema;
