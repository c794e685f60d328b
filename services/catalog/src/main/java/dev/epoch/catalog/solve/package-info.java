/** Configurations: catalogs as integer programs, and what solves them. */
package dev.epoch.catalog.solve;
