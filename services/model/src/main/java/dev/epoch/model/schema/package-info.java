/** Hashes and differences of table schemas. */
package dev.epoch.model.schema;
