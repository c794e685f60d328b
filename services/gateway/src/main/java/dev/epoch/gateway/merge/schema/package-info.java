/** Schemas in merges: what becomes of a table's columns, and of rows that came with others. */
package dev.epoch.gateway.merge.schema;
