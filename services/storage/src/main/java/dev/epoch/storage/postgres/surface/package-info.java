/** Commands of the database's own sessions, and what they see of repositories. */
package dev.epoch.storage.postgres.surface;
