/** The text of SQL statements, taken apart without knowing what they mean. */
package dev.epoch.storage.sql;
