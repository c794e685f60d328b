/** Migrations of live tables: run statement by statement, and gone on with after a crash. */
package dev.epoch.storage.postgres.migration;
