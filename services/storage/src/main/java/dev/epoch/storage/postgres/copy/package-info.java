/** Live tables of PostgreSQL that are copies of tables of other databases. */
package dev.epoch.storage.postgres.copy;
