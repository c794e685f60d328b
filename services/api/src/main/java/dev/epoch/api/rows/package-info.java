/** Records as they go in and out: JSON, lines of JSON, CSV and SQL. */
package dev.epoch.api.rows;
