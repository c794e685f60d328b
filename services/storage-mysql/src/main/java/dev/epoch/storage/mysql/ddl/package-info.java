/** Migrations in the dialect of MySQL, as texts. */
package dev.epoch.storage.mysql.ddl;
