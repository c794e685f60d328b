/** Branches as sessions of any client see them: their schemas, views and copies. */
package dev.epoch.storage.postgres.branch;
