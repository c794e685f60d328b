/** Schemas of databases: read, tried, changed. */
package dev.epoch.storage.schema;
