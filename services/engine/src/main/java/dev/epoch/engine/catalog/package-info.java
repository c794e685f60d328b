/** Catalogs: what their branches, commits and working commits become, and what is refused. */
package dev.epoch.engine.catalog;
