/** Statements of the database's own language over states. */
package dev.epoch.storage.query;
