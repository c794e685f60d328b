/** Migrations in the dialect of MySQL, as texts. */
package dev.epoch.model.schema.migration.mysql;
