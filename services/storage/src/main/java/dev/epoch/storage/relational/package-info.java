/**
 * Layers in the tables of an SQL database, over JDBC. What is one database's own is in its {@link
 * dev.epoch.storage.relational.Dialect}, {@link dev.epoch.storage.relational.Catalog}, {@link
 * dev.epoch.storage.relational.ColumnCodec} and {@link dev.epoch.storage.relational.RowShaper}.
 */
package dev.epoch.storage.relational;
