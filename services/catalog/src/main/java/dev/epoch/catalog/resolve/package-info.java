/** What relationships lead to, and what conditional and derived properties are. Pure. */
package dev.epoch.catalog.resolve;
