/** Schemas of databases: as they are, and as commits recorded them. */
package dev.epoch.gateway.schema;
