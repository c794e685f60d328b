/** Migrations between the schemas of refs and of databases: planned here, and run on databases. */
package dev.epoch.gateway.migration;
