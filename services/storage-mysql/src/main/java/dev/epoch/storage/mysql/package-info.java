/** Tables of MySQL and MariaDB, versioned where they are, over {@code relational}. */
package dev.epoch.storage.mysql;
