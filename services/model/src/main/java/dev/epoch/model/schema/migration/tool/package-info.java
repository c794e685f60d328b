/** Migrations as files that migration tools run. */
package dev.epoch.model.schema.migration.tool;
