/** PostgreSQL's statements: what makes one schema another, in the order of its dependencies. */
package dev.epoch.storage.postgres.ddl;
