/**
 * The objects of a database's schema in one canonical form: what introspection reads, migrations
 * are made from, merges decide about, and commits record.
 */
package dev.epoch.model.schema.object;
