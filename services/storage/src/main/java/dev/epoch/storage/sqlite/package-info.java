/** SQLite files as storages. */
package dev.epoch.storage.sqlite;
